"""The question on request: prompt, schema and reply."""
