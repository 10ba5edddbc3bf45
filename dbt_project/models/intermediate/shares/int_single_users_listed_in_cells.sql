{{ config(materialized='view') }}
-- alike users with one conversation in the cells of its answers
with tables as (
    select cell_key,
        {{ denominator_keys() }}
    from {{ ref('int_denominators_listed') }}
    group by cell_key
),
-- materialized: else the denominators of all answers may be joined before the answers
counted as materialized (
    select cells.answer_key, cells.cell_key, cells.part, cells.measure, tables.whole_key, tables.classified_key
    from {{ ref('int_answers_counted_in_cells') }} as cells
    inner join tables using (cell_key)
    where cells.answer_key in (select answer_key from {{ ref('int_single_users_counted') }})
),
parts as (
    select counted.*, whole.part as whole_part, classified.part as classified_part
    from counted
    inner join {{ ref('int_answers_counted_in_cells') }} as whole
        on counted.answer_key = whole.answer_key and counted.whole_key = whole.cell_key
    left join {{ ref('int_answers_counted_in_cells') }} as classified
        on counted.answer_key = classified.answer_key and counted.classified_key = classified.cell_key
)
select users.period_key, users.segment_key, parts.cell_key, users.answer_key, users.user_count, users.is_user_known,
    users.weight * parts.part as weight_in_cell,
    users.weight * parts.whole_part as whole_weight,
    1 / nullif(1 - users.weight * parts.whole_part / whole.denominator, 0) as whole_leverage,
    users.weight * parts.classified_part as classified_weight,
    1 / nullif(1 - users.weight * parts.classified_part / classified.denominator, 0) as classified_leverage
from {{ ref('int_single_users_counted') }} as users
inner join parts using (answer_key)
inner join {{ ref('int_denominators_totalled') }} as whole
    on users.period_key = whole.period_key and users.segment_key = whole.segment_key
    and parts.whole_key = whole.denominator_key
left join {{ ref('int_denominators_totalled') }} as classified
    on users.period_key = classified.period_key and users.segment_key = classified.segment_key
    and parts.classified_key = classified.denominator_key
where users.segment_key = 1 or parts.measure not in ({{ quoted(uncut_measures()) }})
