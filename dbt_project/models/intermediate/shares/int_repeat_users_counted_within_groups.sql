-- users with several conversations in the cells of tables within a SOC group
with cells as (
    select parts.answer_key, parts.cell_key, parts.part, numbered.parent_cell as soc_group,
        parts.measure = 'collaboration_by_soc_group' as is_collaboration
    from {{ ref('int_answers_counted_in_cells') }} as parts
    inner join {{ ref('int_cells_numbered') }} as numbered using (cell_key)
    where parts.measure in ({{ quoted(joint_measures()) }}) and not parts.is_denominator
),
sums as (
    select answers.user_key, cells.cell_key, cells.soc_group, cells.is_collaboration,
        sum(answers.weight * cells.part) as weight_in_cell
    from {{ ref('int_repeat_users_answered') }} as answers
    inner join cells on answers.patterns_key = cells.answer_key
    group by answers.user_key, cells.cell_key, cells.soc_group, cells.is_collaboration
),
listed as (
    select users.period_key, users.segment_key, sums.cell_key, 1 as user_count, true as is_user_known,
        sums.weight_in_cell, users.whole_weight, users.whole_leverage,
        {% for column in ['weight', 'leverage'] %}
        case when sums.is_collaboration then users.collaboration_{{ column }} else users.automation_{{ column }} end
            as classified_{{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from sums
    inner join {{ ref('int_repeat_users_summed_to_groups') }} as users using (user_key, soc_group)
)
{{ counted_in_cells('listed') }}
