-- classified use of each statement that anybody used: in all (group 0), and over all weeks without each group of users
with totals as (
    select counted.period_key, counted.segment_key, counted.cell_key, counted.numerator as weight,
        not coalesce(hidden.is_suppressed, false) as is_shown
    from {{ ref('int_cells_counted') }} as counted
    inner join {{ ref('int_denominators_listed') }} as cells using (cell_key, footing)
    left join {{ ref('int_cells_suppressed') }} as hidden using (period_key, segment_key, cell_key)
    where cells.measure = 'statement' and counted.footing = 'of_classified'
),
user_groups as (
    select user_groups.period_key, user_groups.segment_key, user_groups.cluster_key, user_groups.group_number
    from {{ ref('int_user_groups_numbered') }} as user_groups
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
    where periods.period_type = 'all'
),
answers as (
    select user_groups.period_key, user_groups.segment_key, user_groups.group_number, answered.mapping_key as answer_key,
        sum(answered.weight) as weight
    from {{ ref('int_conversations_answered') }} as answered
    inner join user_groups using (cluster_key)
    group by all
),
group_sums as (
    select answers.period_key, answers.segment_key, answers.group_number, parts.cell_key, sum(answers.weight * parts.part) as weight
    from answers
    inner join {{ ref('int_answers_counted_in_cells') }} as parts using (answer_key)
    where parts.measure = 'statement'
    group by all
),
replicates as (
    select distinct period_key, segment_key, group_number from user_groups
    union all
    select distinct period_key, segment_key, 0 from totals
)
select replicates.period_key, replicates.segment_key, replicates.group_number, totals.cell_key, totals.is_shown,
    -- rounded: what is left of a statement must be nothing, not the noise of a subtraction
    round(totals.weight - coalesce(group_sums.weight, 0), 9) as weight
from replicates
inner join totals using (period_key, segment_key)
left join group_sums using (period_key, segment_key, group_number, cell_key)
