"""The question on human_only_time: prompt, schema and reply."""
