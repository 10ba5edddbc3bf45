with correlations as (
    select period_key, segment_key, group_number, n_occupations, rank_correlation,
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
    select period_key, segment_key, n_occupations, rank_correlation, z from correlations where group_number = 0
),
replicates as (
    select groups.period_key, groups.segment_key, groups.part, points.z as whole_value, correlations.z as value_left
    from groups
    inner join points using (period_key, segment_key)
    left join correlations using (period_key, segment_key, group_number)
),
jackknife as (
    {{ jackknife_over_groups('replicates', ['period_key', 'segment_key']) }}
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
    left join jackknife using (period_key, segment_key)
)
select
    periods.period_type, periods.period_start, segments.segment_type, segments.segment,
    'spearman' as statistic,
    halves.n_occupations,
    halves.rank_correlation as value,
    tanh(halves.z - halves.half_width) as value_lo,
    tanh(halves.z + halves.half_width) as value_hi,
    case
        when halves.half_width is null or halves.z is null then 'none'
        when halves.is_resampled then 'grouped jackknife over users, Fisher z'
        else 'occupations as a sample, Fisher z (Bonett and Wright)'
    end as interval_method,
    coalesce(totals.n_conversations, 0) as n_conversations,
    case when floors.are_users_logged then totals.n_users::bigint end as n_users,
    described.engine
from halves
inner join {{ ref('int_periods_listed') }} as periods
    using (period_key)
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
cross join {{ ref('int_floors_chosen') }} as floors
left join (
    select totals.* from {{ ref('int_denominators_summed') }} as totals
    inner join {{ ref('int_cells_numbered') }} as cells on totals.denominator_key = cells.cell_key
    where cells.measure = 'occupation' and cells.cell = '_classified'
) as totals using (period_key, segment_key)
