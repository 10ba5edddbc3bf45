"""What a change of the logs, or of the engine, is told by: sums and counts without a conversation."""
