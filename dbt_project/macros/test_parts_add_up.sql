{# A data test: the parts of a difference add up to the row `total` of their table; hidden parts do not count. #}
{% test parts_add_up(model, within) %}
    select {{ within | join(', ') }}
    from {{ model }}
    group by {{ within | join(', ') }}
    having count(*) filter (where component = 'total') <> 1
        or (count(value) = count(*) and count(*) > 1 and abs(
            sum(value) filter (where component <> 'total') - sum(value) filter (where component = 'total')
        ) > 1e-9)
{% endtest %}
