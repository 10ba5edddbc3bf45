-- one row per week compared and user: their weight in the week and in its reference, and what scales their influence
with users as (
    select sides.period_key, users.cluster_key,
        coalesce(sum(users.weight) filter (where not sides.is_reference_side), 0) as week_weight,
        coalesce(sum(users.weight) filter (where sides.is_reference_side), 0) as reference_weight
    from {{ ref('int_drift_sides_listed') }} as sides
    inner join {{ ref('int_users_summed_to_periods') }} as users on sides.side_period_key = users.period_key
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    where segments.segment_type = 'all'
    group by sides.period_key, users.cluster_key
),
totals as (
    select period_key, sum(week_weight) as week_total, sum(reference_weight) as reference_total
    from users
    group by period_key
)
select users.period_key, users.cluster_key, users.week_weight, users.reference_weight,
    totals.week_total, totals.reference_total,
    {% for side in ['week', 'reference'] %}
    {{ scale_of_side('users.' ~ side ~ '_weight', 'totals.' ~ side ~ '_total') }} as {{ side }}_scale{{ ',' if not loop.last }}
    {% endfor %}
from users
inner join totals using (period_key)
where totals.reference_total > 0
