-- users with several conversations in the cells of measures without parent that have no slot: a row for each user and cell
with answers as (
    select user_key, segment_key, weight, unnest([facets_key, skills_key, mapping_key]) as answer_key
    from {{ ref('int_repeat_users_answered') }}
),
cells as (
    select answer_key, cell_key, part,
        list_position([{{ quoted(whole_measures()) }}], measure) as place,
        measure not in ({{ quoted(uncut_measures()) }}) as is_cut
    from {{ ref('int_answers_counted_in_cells') }}
    anti join {{ ref('int_cells_placed_in_slots') }} using (cell_key)
    where measure in ({{ quoted(whole_measures()) }}) and not is_denominator
),
sums as (
    select answers.user_key, cells.cell_key, any_value(cells.place) as place, sum(answers.weight * cells.part) as weight_in_cell
    from answers
    inner join cells using (answer_key)
    where answers.segment_key = 1 or cells.is_cut
    group by answers.user_key, cells.cell_key
),
listed as (
    select users.period_key, users.segment_key, sums.cell_key, 1 as user_count, true as is_user_known, sums.weight_in_cell,
        users.weight as whole_weight, users.leverage as whole_leverage,
        users.classified_weights[sums.place] as classified_weight,
        users.classified_leverages[sums.place] as classified_leverage
    from sums
    inner join {{ ref('int_repeat_users_classified') }} as users using (user_key)
)
{{ counted_in_cells('listed') }}
