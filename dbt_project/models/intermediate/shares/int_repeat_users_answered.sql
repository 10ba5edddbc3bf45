-- one row per conversation, period and segment of users with several there
select users.user_key, conversations.period_key, conversations.segment_key, conversations.weight,
    conversations.facets_key, conversations.skills_key,
    conversations.mapping_key, conversations.patterns_key
from (
    select periods.period_key, unnest(answered.segment_keys) as segment_key, answered.cluster_key, answered.weight,
        answered.facets_key, answered.skills_key, answered.mapping_key, answered.patterns_key
    from {{ ref('int_conversations_answered') }} as answered
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
) as conversations
inner join {{ ref('int_repeat_users_numbered') }} as users using (period_key, segment_key, cluster_key)
