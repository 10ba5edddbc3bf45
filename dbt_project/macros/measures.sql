{# The measures of the index. Single: one cell a conversation. Shared: weights of cells sum to one. #}
{% macro single_measures() %}
    {{ return(['collaboration', 'automation', 'use_case', 'intent', 'is_occupational', 'language']) }}
{% endmacro %}

{# A cell that is no label: what was left out, and why. #}
{% macro is_special(cell) %}starts_with({{ cell }}, '_'){% endmacro %}
