"""The question on human_with_ai_time: prompt, schema and reply."""
