-- conversations and users of each statement in each group, to be left out
with picked as (
    select parts.answer_key as mapping_key, listed.cell as statement_hash
    from {{ ref('int_answers_counted_in_cells') }} as parts
    inner join {{ ref('int_denominators_listed') }} as listed using (cell_key)
    where listed.measure = 'statement_alone' and listed.footing = 'of_all' and not listed.is_special
),
answers as (
    select grouped.period_key, grouped.segment_key, grouped.group_number, answered.cluster_key, answered.mapping_key,
        count(*) as conversation_count
    from {{ ref('int_conversations_answered') }} as answered
    inner join {{ ref('int_users_grouped_in_depth') }} as grouped using (cluster_key)
    group by all
)
select answers.period_key, answers.segment_key, answers.group_number, picked.statement_hash,
    sum(answers.conversation_count)::bigint as conversation_count,
    count(distinct answers.cluster_key) as user_count
from answers
inner join picked using (mapping_key)
group by answers.period_key, answers.segment_key, answers.group_number, picked.statement_hash
