-- one row per week compared, measure and pooled cell: both shares, and the variance of their difference over the users
-- of both sides (method 5.3, written out so that users who lack the cell need no row)
with answers as (
    select periods.period_key, answered.cluster_key, answered.answer_key, sum(answered.weight) as weight
    from (
        select week_start, cluster_key, weight, unnest([facets_key, mapping_key]) as answer_key
        from {{ ref('int_conversations_answered') }}
    ) as answered
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    where periods.period_type = 'week'
    group by periods.period_key, answered.cluster_key, answered.answer_key
),
users_in_cells as (
    select sides.period_key, pooled.measure, pooled.pooled_cell, answers.cluster_key,
        coalesce(sum(answers.weight * parts.part) filter (where not sides.is_reference_side), 0) as week_y,
        coalesce(sum(answers.weight * parts.part) filter (where sides.is_reference_side), 0) as reference_y
    from {{ ref('int_drift_sides_listed') }} as sides
    inner join answers on sides.side_period_key = answers.period_key
    inner join {{ ref('int_answers_counted_in_cells') }} as parts using (answer_key)
    inner join {{ ref('int_drift_cells_pooled') }} as pooled
        on sides.period_key = pooled.period_key and parts.cell_key = pooled.cell_key
    group by sides.period_key, pooled.measure, pooled.pooled_cell, answers.cluster_key
),
scaled as (
    select cells.*, users.week_total, users.reference_total,
        users.week_weight * users.week_scale as week_d,
        users.reference_weight * users.reference_scale as reference_d,
        cells.week_y * users.week_scale - cells.reference_y * users.reference_scale as y
    from users_in_cells as cells
    inner join {{ ref('int_users_summed_in_drift') }} as users using (period_key, cluster_key)
),
denominators as (
    select period_key,
        sum(pow(week_weight * week_scale, 2)) as week_dd,
        sum(pow(reference_weight * reference_scale, 2)) as reference_dd,
        sum(week_weight * week_scale * reference_weight * reference_scale) as both_dd
    from {{ ref('int_users_summed_in_drift') }}
    group by period_key
),
summed as (
    select period_key, measure, pooled_cell,
        sum(week_y) / any_value(week_total) as week_share,
        sum(reference_y) / any_value(reference_total) as reference_share,
        sum(y * y) as yy, sum(y * week_d) as week_yd, sum(y * reference_d) as reference_yd
    from scaled
    group by period_key, measure, pooled_cell
)
select summed.period_key, summed.measure, summed.pooled_cell, summed.week_share, summed.reference_share,
    greatest(0, yy - 2 * (week_share * week_yd - reference_share * reference_yd)
        + pow(week_share, 2) * week_dd + pow(reference_share, 2) * reference_dd
        - 2 * week_share * reference_share * both_dd) as difference_variance
from summed
inner join denominators using (period_key)
