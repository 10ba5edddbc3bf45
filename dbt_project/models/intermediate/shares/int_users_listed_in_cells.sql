{{ config(materialized='view') }}
-- users in the cells of a period; alike users with one conversation are one row that counts for all of them
with cells as (
    select cell_key, list_position([{{ quoted(whole_measures()) }}], measure) as measure_number
    from {{ ref('int_cells_numbered') }}
)
select users.period_key, users.segment_key, sums.cell_key,
    1::bigint as user_count, true as is_user_known, sums.weight_in_cell,
    users.weight as whole_weight, users.leverage as whole_leverage,
    users.classified_weights[cells.measure_number] as classified_weight,
    users.classified_leverages[cells.measure_number] as classified_leverage
from {{ ref('int_repeat_users_summed_to_cells') }} as sums
inner join cells using (cell_key)
inner join {{ ref('int_repeat_users_profiled') }} as users using (profile_key)
union all
select period_key, segment_key, cell_key, 1, true, weight_in_cell,
    whole_weight, whole_leverage, classified_weight, classified_leverage
from {{ ref('int_repeat_users_summed_within_groups') }}
union all
select period_key, segment_key, cell_key, user_count, is_user_known, weight_in_cell,
    whole_weight, whole_leverage, classified_weight, classified_leverage
from {{ ref('int_single_users_listed_in_cells') }}
