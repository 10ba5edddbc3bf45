"""The question on addresses_classifier: prompt, schema and reply."""
