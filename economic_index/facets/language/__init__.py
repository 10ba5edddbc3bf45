"""The question on language: prompt, schema and reply."""
