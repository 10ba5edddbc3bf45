-- one row per user with several conversations and cell of a measure without parent
with answers as (
    select user_key, segment_key, weight, unnest([facets_key, skills_key, mapping_key]) as answer_key
    from {{ ref('int_repeat_users_answered') }}
),
profiles as (
    select unnest(user_keys) as user_key, profile_key from {{ ref('int_repeat_users_profiled') }}
),
cells as (
    select answer_key, cell_key, part, measure not in ({{ quoted(uncut_measures()) }}) as is_cut
    from {{ ref('int_answers_counted_in_cells') }}
    where measure in ({{ quoted(whole_measures()) }}) and not is_denominator
)
select answers.user_key, cells.cell_key,
    any_value(profiles.profile_key) as profile_key,
    sum(answers.weight * cells.part) as weight_in_cell
from answers
inner join profiles using (user_key)
inner join cells using (answer_key)
where answers.segment_key = 1 or cells.is_cut
group by answers.user_key, cells.cell_key
