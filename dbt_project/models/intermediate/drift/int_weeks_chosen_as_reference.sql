-- one row per week: what stands behind it, whether it may be shown, and whether it is of the reference (the first weeks
-- that may be shown). None where weeks were assigned: they have no order
with users as (
    select periods.period_key, periods.period_start as week_start, users.cluster_key, users.conversation_count, users.weight
    from {{ ref('int_users_summed_to_periods') }} as users
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
    where periods.period_type = 'week' and segments.segment_type = 'all'
),
summed as (
    select period_key, week_start,
        sum(conversation_count)::bigint as n_conversations,
        (count(*) filter (where cluster_key > 0) + max((cluster_key < 0)::int))::bigint as n_users,
        max(weight) / sum(weight) as h_max,
        list_sum(max(weight, 2)) / sum(weight) as two_largest
    from users
    group by period_key, week_start
),
decided as (
    select summed.*,
        summed.n_conversations >= floors.floor_conversations and (floors.floor_users = 0 or (
            summed.n_users >= floors.floor_users and summed.h_max <= 0.8 and summed.two_largest <= 0.9
        )) as is_shown
    from summed
    cross join {{ ref('int_floors_chosen') }} as floors
    where not floors.is_time_assigned
)
select period_key, week_start, n_conversations, n_users, h_max, is_shown,
    is_shown and row_number() over (partition by is_shown order by week_start) <= {{ var('reference_weeks') }} as is_reference
from decided
