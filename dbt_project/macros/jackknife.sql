{# Standard deviation, degrees of freedom and bias-corrected value by leaving out groups of users of unequal size (Busing, Meijer
   and van der Leeden 1999; method 5.8). `replicates` has one row per group: `keys`, its part of all, `whole_value`,
   and `value_left` without it; there is no row where a value left is undefined, or there is one group. #}
{% macro jackknife_over_groups(replicates, keys) %}
    select {{ keys | join(', ') }},
        sqrt(sum(pow(pseudo_value - jackknife_value, 2) / (1 / part - 1)) / count(*)) as sd,
        greatest(1, least(count(*) - 1, 1 / sum(part * part) - 1)) as df,
        any_value(jackknife_value) as jackknife_value
    from (
        select {{ keys | join(', ') }}, part, value_left,
            whole_value / part - (1 / part - 1) * value_left as pseudo_value,
            count(*) over of_all * whole_value - sum((1 - part) * value_left) over of_all as jackknife_value
        from {{ replicates }}
        window of_all as (partition by {{ keys | join(', ') }})
    ) as pseudo
    group by {{ keys | join(', ') }}
    having count(*) > 1 and count(value_left) = count(*)
{% endmacro %}
