"""The question on intent: prompt, schema and reply."""
