"""Classification by a large language model over the Messages protocol: requests, answers, transports, money."""
