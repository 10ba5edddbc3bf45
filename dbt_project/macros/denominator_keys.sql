{# Out of int_denominators_listed: the denominators of both footings side by side; a special cell has no classified one. #}
{% macro denominator_keys() %}
    max(denominator_key) filter (where footing = 'of_all') as whole_key,
    max(denominator_key) filter (where footing = 'of_classified') as classified_key
{% endmacro %}
