-- one row per user with several conversations and denominator of a table within a SOC group
with sums as (
    select answers.user_key, parts.cell_key as denominator_key,
        any_value(answers.period_key) as period_key, any_value(answers.segment_key) as segment_key,
        sum(answers.weight * parts.part) as weight
    from {{ ref('int_repeat_users_answered') }} as answers
    inner join {{ ref('int_answers_counted_in_cells') }} as parts on answers.patterns_key = parts.answer_key
    where parts.is_denominator
    group by answers.user_key, parts.cell_key
)
select sums.period_key, sums.segment_key, sums.user_key, sums.denominator_key, sums.weight,
    1 / nullif(1 - sums.weight / totals.denominator, 0) as leverage
from sums
inner join {{ ref('int_denominators_totalled') }} as totals using (period_key, segment_key, denominator_key)
