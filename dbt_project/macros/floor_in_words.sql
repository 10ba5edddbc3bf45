{# The floor of this home as tables print it; `floors` is int_floors_chosen. #}
{% macro floor_in_words(floors) %}
    case
        when {{ floors }}.is_self then 'none (self)'
        when {{ floors }}.floor_users = 0 then 'conversations only'
        else {{ floors }}.floor_conversations || ' conversations, ' || {{ floors }}.floor_users || ' users'
    end
{% endmacro %}
