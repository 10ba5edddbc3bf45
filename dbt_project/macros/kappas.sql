{# Kappa with its interval by the grouped jackknife (method 5.8): kappa in all and without each group, the weight of each
   group, and the agreement with its interval. #}
{% macro kappa_intervals(resampled, grouped, agreements) %}
with wholes as (
    select comparison_key, expected_agreement_share, kappa
    from {{ resampled }}
    where group_number = 0
),
groups as (
    select comparison_key, group_number,
        sum(weight_sum) / sum(sum(weight_sum)) over (partition by comparison_key) as part
    from {{ grouped }}
    group by comparison_key, group_number
),
replicates as (
    select groups.comparison_key, groups.part, wholes.kappa as whole_value, resampled.kappa as value_left
    from groups
    inner join wholes using (comparison_key)
    left join {{ resampled }} as resampled using (comparison_key, group_number)
    where wholes.kappa is not null
),
jackknife as (
    {{ jackknife_over_groups('replicates', ['comparison_key']) }}
),
widths as (
    select wholes.comparison_key, wholes.expected_agreement_share, wholes.kappa,
        agreements.agreement_share >= 1 - 1e-12 as are_all_equal,
        -- where all are equal nothing varies: what is open is the agreement itself
        (1 - agreements.agreement_share_lo) / (1 - wholes.expected_agreement_share) as open_part,
        jackknife.sd * {{ t_quantile('jackknife.df') }} as half_width
    from wholes
    inner join {{ agreements }} as agreements using (comparison_key)
    left join jackknife using (comparison_key)
)
select comparison_key, expected_agreement_share, kappa,
    case
        when kappa is null then null
        -- greatest() passes nulls by
        when are_all_equal then greatest(-1, kappa - open_part) + 0 * open_part
        when half_width is not null then greatest(-1, kappa - half_width)
    end as kappa_lo,
    case
        when kappa is null then null
        when are_all_equal then kappa + 0 * open_part
        when half_width is not null then least(1, kappa + half_width)
    end as kappa_hi,
    case
        when kappa is null or are_all_equal and open_part is null or not are_all_equal and half_width is null then 'none'
        when are_all_equal then 'exact end of the agreement'
        else 'grouped jackknife over users'
    end as kappa_interval_method
from widths
{% endmacro %}
