{# Facets whose answer is a number: the facet, its column, and its unit. #}
{% macro numeric_facets() %}
    {{ return([
        ('human_only_time', 'human_only_time_hours', 'hours'),
        ('human_with_ai_time', 'human_with_ai_time_minutes', 'minutes'),
        ('ai_autonomy', 'ai_autonomy', '1 to 5'),
        ('human_education_years', 'human_education_years', 'years'),
        ('ai_education_years', 'ai_education_years', 'years'),
    ]) }}
{% endmacro %}
