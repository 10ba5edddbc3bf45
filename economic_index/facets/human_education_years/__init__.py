"""The question on human_education_years: prompt, schema and reply."""
