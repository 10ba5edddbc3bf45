"""The question on ai_autonomy: prompt, schema and reply."""
