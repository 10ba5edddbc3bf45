"""The question on use_case: prompt, schema and reply."""
