{{ config(materialized='view') }}
-- users in the cells of a period; alike users with one conversation are one row that counts for all of them
with cells as (
    select cell_key, slot, measure, list_position([{{ quoted(whole_measures()) }}], measure) as measure_number
    from {{ ref('int_cells_numbered') }}
),
slots as (
    select user_key, unnest(slot_weights) as weight_in_cell,
        unnest(range(1, {{ (label_slots() | length) + (mapping_slots() | length) + 1 }})) as slot
    from {{ ref('int_repeat_users_summed_to_slots') }}
),
repeat_users as (
    select slots.user_key, cells.cell_key, cells.measure_number, slots.weight_in_cell
    from slots
    inner join cells using (slot)
    where slots.weight_in_cell > 0
    union all
    select sums.user_key, sums.cell_key, cells.measure_number, sums.weight_in_cell
    from {{ ref('int_repeat_users_summed_to_cells') }} as sums
    inner join cells using (cell_key)
)
select users.period_key, users.segment_key, sums.cell_key, sums.user_key, null::integer as answer_key,
    1::bigint as user_count, true as is_user_known, sums.weight_in_cell,
    users.weight as whole_weight, users.leverage as whole_leverage,
    users.classified_weights[sums.measure_number] as classified_weight,
    users.classified_leverages[sums.measure_number] as classified_leverage
from repeat_users as sums
inner join {{ ref('int_repeat_users_classified') }} as users using (user_key)
union all
select period_key, segment_key, cell_key, user_key, null, 1, true, weight_in_cell,
    whole_weight, whole_leverage, classified_weight, classified_leverage
from {{ ref('int_repeat_users_summed_within_groups') }}
union all
select period_key, segment_key, cell_key, null, answer_key, user_count, is_user_known, weight_in_cell,
    whole_weight, whole_leverage, classified_weight, classified_leverage
from {{ ref('int_single_users_listed_in_cells') }}
