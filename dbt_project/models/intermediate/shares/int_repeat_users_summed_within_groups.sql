-- one row per user with several conversations and cell within a SOC group, with the user's denominators there
with tables as (
    select cell_key,
        {{ denominator_keys() }}
    from {{ ref('int_denominators_listed') }}
    group by cell_key
),
cells as (
    select parts.answer_key, parts.cell_key, parts.part, tables.whole_key, coalesce(tables.classified_key, -1) as classified_key
    from {{ ref('int_answers_counted_in_cells') }} as parts
    inner join tables using (cell_key)
    where parts.measure in ({{ quoted(joint_measures()) }}) and not parts.is_denominator
),
sums as (
    select answers.user_key, cells.cell_key, cells.whole_key, cells.classified_key,
        sum(answers.weight * cells.part) as weight_in_cell
    from {{ ref('int_repeat_users_answered') }} as answers
    inner join cells on answers.patterns_key = cells.answer_key
    group by answers.user_key, cells.cell_key, cells.whole_key, cells.classified_key
)
select whole.period_key, whole.segment_key, sums.user_key, sums.cell_key, sums.weight_in_cell,
    whole.weight as whole_weight, whole.leverage as whole_leverage,
    classified.weight as classified_weight, classified.leverage as classified_leverage
from sums
inner join {{ ref('int_repeat_users_summed_to_groups') }} as whole
    on sums.user_key = whole.user_key and sums.whole_key = whole.denominator_key
left join {{ ref('int_repeat_users_summed_to_groups') }} as classified
    on sums.user_key = classified.user_key and sums.classified_key = classified.denominator_key
