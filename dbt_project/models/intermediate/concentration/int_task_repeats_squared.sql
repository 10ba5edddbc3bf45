-- over all weeks, how much of the use of statements is one user's over again: squares of users' weights, by group of
-- users; users in no group (0) are in every replicate
with use as (
    select periods.period_key, answered.cluster_key, parts.cell_key, sum(answered.weight * parts.part) as weight
    from {{ ref('int_conversations_answered') }} as answered
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    inner join {{ ref('int_answers_counted_in_cells') }} as parts on answered.mapping_key = parts.answer_key
    inner join {{ ref('int_cells_numbered') }} as cells using (cell_key)
    where periods.period_type = 'all' and cells.measure = 'statement' and not {{ is_special('cells.cell') }}
    group by all
),
users as (
    select period_key, cluster_key, sum(weight * weight) as cell_square, pow(sum(weight), 2) as user_square
    from use
    group by period_key, cluster_key
)
select users.period_key, coalesce(user_groups.group_number, 0) as group_number,
    sum(users.cell_square) as cell_square, sum(users.user_square) as user_square
from users
left join {{ ref('int_user_groups_numbered') }} as user_groups using (period_key, cluster_key)
group by all
