-- one row per user with several conversations and cell without slot, of a measure without parent
with answers as (
    select user_key, weight, unnest([facets_key, skills_key, mapping_key]) as answer_key
    from {{ ref('int_repeat_users_answered') }}
),
cells as (
    select answer_key, cell_key, part from {{ ref('int_answers_counted_in_cells') }}
    where measure in ({{ quoted(whole_measures()) }}) and slot is null and not is_denominator
)
select user_key, cell_key, sum(weight * part) as weight_in_cell
from answers
inner join cells using (answer_key)
group by user_key, cell_key
