-- one row per week compared, group of users and direction: mean of the projected vectors on both sides, and what the group
-- pulls at their difference (CR2; method 5.3)
with listed as (
    select periods.period_key, summaries.user_group,
        unnest(summaries.vector_sum) as vector_sum,
        unnest(range(len(summaries.vector_sum)))::integer as direction
    from {{ ref('stg_lake__vector_summaries') }} as summaries
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    where periods.period_type = 'week'
),
sums as (
    select sides.period_key, listed.user_group, listed.direction,
        coalesce(sum(listed.vector_sum) filter (where not sides.is_reference_side), 0) as week_sum,
        coalesce(sum(listed.vector_sum) filter (where sides.is_reference_side), 0) as reference_sum
    from {{ ref('int_drift_sides_listed') }} as sides
    inner join listed on sides.side_period_key = listed.period_key
    group by sides.period_key, listed.user_group, listed.direction
),
means as (
    select sums.*, groups.week_weight_sum, groups.reference_weight_sum, groups.week_scale, groups.reference_scale,
        sum(sums.week_sum) over of_all / groups.week_total as week_mean,
        sum(sums.reference_sum) over of_all / groups.reference_total as reference_mean
    from sums
    inner join {{ ref('int_user_groups_summed_in_drift') }} as groups using (period_key, user_group)
    window of_all as (partition by sums.period_key, sums.direction)
)
select period_key, user_group, direction, week_mean, reference_mean,
    (week_sum - week_mean * week_weight_sum) * week_scale
    - (reference_sum - reference_mean * reference_weight_sum) * reference_scale as influence
from means
