{# A data test: the table is one row, since it is joined to every row of others. #}
{% test one_row(model) %}
    select count(*) as row_count
    from {{ model }}
    having count(*) <> 1
{% endtest %}
