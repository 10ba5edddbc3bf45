{{ config(materialized='view') }}
-- the same for denominators
with whole_tables as (
    select measure, cell, cell_key, list_position([{{ quoted(whole_measures()) }}], measure) as measure_number
    from {{ ref('int_cells_numbered') }}
    where measure in ({{ quoted(whole_measures()) }}) and cell in ('_all', '_classified')
),
group_tables as (
    select measure, parent_cell as soc_group, cell, cell_key
    from {{ ref('int_cells_numbered') }}
    where measure in ({{ quoted(joint_measures()) }}) and cell in ('_all', '_classified')
),
repeat_users as (
    select users.period_key, users.segment_key, tables.cell_key as denominator_key,
        case tables.cell when '_all' then users.weight else users.classified_weights[tables.measure_number] end as weight
    from {{ ref('int_repeat_users_classified') }} as users
    cross join whole_tables as tables
    union all
    select users.period_key, users.segment_key, tables.cell_key,
        case
            when tables.cell = '_all' then users.whole_weight
            when tables.measure = 'collaboration_by_soc_group' then users.collaboration_weight
            else users.automation_weight
        end
    from {{ ref('int_repeat_users_summed_to_groups') }} as users
    inner join group_tables as tables using (soc_group)
)
select period_key, segment_key, denominator_key, 1::bigint as user_count, true as is_user_known, weight
from repeat_users
where weight > 0
union all
select users.period_key, users.segment_key, parts.cell_key, users.user_count, users.is_user_known, users.weight * parts.part
from {{ ref('int_single_users_counted') }} as users
inner join {{ ref('int_answers_counted_in_cells') }} as parts using (answer_key)
where parts.is_denominator
