"""The question on is_occupational: prompt, schema and reply."""
