"""The question on ai_education_years: prompt, schema and reply."""
