"""The question on collaboration: prompt, schema and reply."""
