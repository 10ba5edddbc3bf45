-- activities that pass the floor at their own level, from unfloored rows (method 3.5)
with conversations as (
    select sums.period_key, sums.segment_key, picked.activity_key, sum(sums.conversation_count) as n_conversations
    from {{ ref('int_answers_summed_to_periods') }} as sums
    inner join {{ ref('int_activities_picked_by_mappings') }} as picked on sums.answer_key = picked.mapping_key
    group by sums.period_key, sums.segment_key, picked.activity_key
),
repeat_users as (
    select distinct answers.user_key, picked.activity_key
    from {{ ref('int_repeat_users_answered') }} as answers
    inner join {{ ref('int_activities_picked_by_mappings') }} as picked using (mapping_key)
),
users as (
    select numbered.period_key, numbered.segment_key, repeat_users.activity_key, count(*) as user_count, true as is_user_known
    from repeat_users
    inner join {{ ref('int_repeat_users_numbered') }} as numbered using (user_key)
    group by numbered.period_key, numbered.segment_key, repeat_users.activity_key
    union all
    select singles.period_key, singles.segment_key, picked.activity_key, singles.user_count, singles.is_user_known
    from {{ ref('int_single_users_counted') }} as singles
    inner join {{ ref('int_activities_picked_by_mappings') }} as picked on singles.answer_key = picked.mapping_key
),
counted as (
    select period_key, segment_key, activity_key, any_value(conversations.n_conversations) as n_conversations,
        coalesce(sum(users.user_count) filter (where users.is_user_known), 0)
        + coalesce(bool_or(not users.is_user_known), false)::int as n_users
    from conversations
    left join users using (period_key, segment_key, activity_key)
    group by period_key, segment_key, activity_key
)
select counted.period_key, counted.segment_key, named.activity_level, named.activity_id
from counted
inner join (
    select distinct activity_key, activity_level, activity_id from {{ ref('int_activities_picked_by_mappings') }}
) as named using (activity_key)
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
cross join {{ ref('int_floors_chosen') }} as floors
where {{ is_used('counted', 'segments', 'floors') }}
