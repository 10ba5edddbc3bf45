"""The question on task_success: prompt, schema and reply."""
