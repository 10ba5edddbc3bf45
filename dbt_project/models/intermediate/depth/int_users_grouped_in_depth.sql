-- known users of all weeks in at most 50 groups of a fixed rule, each left out once (grouped jackknife; method 5.8)
select users.period_key, users.segment_key, users.cluster_key,
    1 + (row_number() over (order by users.cluster_key) - 1) % 50 as group_number,
    users.conversation_count::bigint as conversation_count
from {{ ref('int_users_summed_to_periods') }} as users
inner join {{ ref('int_periods_listed') }} as periods using (period_key)
where periods.period_type = 'all' and users.segment_key = 1 and users.cluster_key > 0
