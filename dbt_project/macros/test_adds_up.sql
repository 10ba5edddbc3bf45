{# A data test: in each table of shares (of a period, segment and footing, and of `within`) the rows, special and hidden
   ones included, add up to 1, and their weights to the denominator. Of all, that is what came in (mart_accounting),
   unless the table is of a part of it. A withheld table has a row without numbers: it cannot add up. #}
{% test adds_up(model, within=[], is_of_all=true) %}
    {%- set keys = ['period_type', 'period_start', 'segment_type', 'segment'] %}
    with tables as (
        select {{ (keys + ['footing'] + within) | join(', ') }},
            sum(usage_share) as usage_share, sum(numerator) as numerator,
            min(denominator) as smallest_denominator, max(denominator) as denominator
        from {{ model }}
        group by {{ (keys + ['footing'] + within) | join(', ') }}
        having count(usage_share) = count(*)
    ),
    came_in as (
        select {{ keys | join(', ') }}, sum(weight) as weight
        from {{ ref('mart_accounting') }}
        where measure = 'task'
        group by {{ keys | join(', ') }}
    )
    select tables.*, came_in.weight
    from tables
    left join came_in using ({{ keys | join(', ') }})
    where abs(tables.usage_share - 1) > 1e-9
        or abs(tables.numerator - tables.denominator) > 1e-9 * tables.denominator
        or tables.smallest_denominator < tables.denominator
        {%- if is_of_all %}
        or (tables.footing = 'of_all' and tables.segment_type <> 'published' and coalesce(abs(tables.denominator - came_in.weight) > 1e-9 * came_in.weight, true))
        {%- endif %}
{% endtest %}
