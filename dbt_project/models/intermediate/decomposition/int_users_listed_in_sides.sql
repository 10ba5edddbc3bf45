{{ config(materialized='view') }}
-- conversations of the compared sides by user
select period_key, segment_key, cluster_key, patterns_key, weight
from {{ ref('int_users_summed_to_periods') }}
semi join {{ ref('int_sides_listed') }} using (period_key, segment_key)
where conversation_count = 1
union all
select answered.period_key, answered.segment_key, users.cluster_key, answered.patterns_key, answered.weight
from {{ ref('int_repeat_users_answered') }} as answered
inner join {{ ref('int_repeat_users_numbered') }} as users using (user_key)
semi join {{ ref('int_sides_listed') }} as sides
    on answered.period_key = sides.period_key and answered.segment_key = sides.segment_key
