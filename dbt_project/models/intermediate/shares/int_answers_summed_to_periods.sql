-- conversations add up where users do not: weight and number of each answer
with cut as (
    select week_start, unnest(segment_keys) as segment_key, weight, facets_key, skills_key, mapping_key, patterns_key
    from {{ ref('int_conversations_answered') }}
),
answers as (
    select week_start, segment_key, weight, unnest([facets_key, skills_key, mapping_key, patterns_key]) as answer_key
    from cut
),
weeks as (
    select week_start, segment_key, answer_key, sum(weight) as weight, sum(weight * weight) as weight_square,
        count(*) as conversation_count
    from answers
    where answer_key is not null
    group by week_start, segment_key, answer_key
)
select periods.period_key, weeks.segment_key, weeks.answer_key,
    sum(weeks.weight) as weight, sum(weeks.weight_square) as weight_square,
    sum(weeks.conversation_count)::bigint as conversation_count
from weeks
inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
group by periods.period_key, weeks.segment_key, weeks.answer_key
union all
-- each published conversation weighs one
select period_key, segment_key, answer_key, weight, weight, conversation_count
from {{ ref('int_published_answers_counted') }}
