"""The question on skills: prompt, schema and reply."""
