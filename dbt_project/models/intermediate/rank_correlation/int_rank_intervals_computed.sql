-- intervals of rank correlations: over users where they are known, else over occupations (method 5.8)
with correlations as (
    select period_key, segment_key, with_what, group_number, n_occupations, rank_correlation,
        atanh(greatest(-0.999999, least(0.999999, rank_correlation))) as z
    from {{ ref('int_rank_correlations_computed') }}
),
groups as (
    select period_key, segment_key, group_number,
        sum(weight_sum) / sum(sum(weight_sum)) over (partition by period_key, segment_key) as part
    from {{ ref('int_user_groups_numbered') }}
    group by period_key, segment_key, group_number
),
points as (
    select period_key, segment_key, with_what, n_occupations, rank_correlation, z from correlations where group_number = 0
),
replicates as (
    select groups.period_key, groups.segment_key, points.with_what, groups.part,
        points.z as whole_value, correlations.z as value_left
    from groups
    inner join points using (period_key, segment_key)
    left join correlations
        on groups.period_key = correlations.period_key and groups.segment_key = correlations.segment_key
        and groups.group_number = correlations.group_number and points.with_what = correlations.with_what
),
jackknife as (
    {{ jackknife_over_groups('replicates', ['period_key', 'segment_key', 'with_what']) }}
),
halves as (
    select points.*, jackknife.sd is not null as is_resampled,
        case
            when jackknife.sd is not null then jackknife.sd * {{ t_quantile('jackknife.df') }}
            -- occupations as a sample (Bonett and Wright 2000)
            when points.n_occupations > 3
                then 1.959964 * sqrt((1 + pow(points.rank_correlation, 2) / 2) / (points.n_occupations - 3))
        end as half_width
    from points
    left join jackknife using (period_key, segment_key, with_what)
)
select period_key, segment_key, with_what, n_occupations, rank_correlation,
    tanh(z - half_width) as rank_correlation_lo,
    tanh(z + half_width) as rank_correlation_hi,
    case
        when half_width is null or z is null then 'none'
        when is_resampled then 'grouped jackknife over users, Fisher z'
        else 'occupations as a sample, Fisher z (Bonett and Wright)'
    end as interval_method
from halves
