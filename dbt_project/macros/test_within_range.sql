{# A data test: the column lies between two ends; rounding is no fault. #}
{% test within_range(model, column_name, low, high) %}
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} not between {{ low }} - 1e-9 and {{ high }} + 1e-9
{% endtest %}
