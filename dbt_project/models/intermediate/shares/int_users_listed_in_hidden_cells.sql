{{ config(materialized='view') }}
-- users in the hidden cells of a table together, with what they add to its denominators
with answers as (
    select user_key, period_key, segment_key, weight,
        unnest([facets_key, skills_key, mapping_key, patterns_key]) as answer_key
    from {{ ref('int_repeat_users_answered') }}
),
repeat_users as (
    select answers.user_key, hidden.period_key, hidden.segment_key, hidden.measure, hidden.parent_cell,
        sum(answers.weight * hidden.part) as weight
    from answers
    inner join {{ ref('int_hidden_parts_listed') }} as hidden using (period_key, segment_key, answer_key)
    group by all
)
select sums.period_key, sums.segment_key, sums.measure, sums.parent_cell, 1::bigint as user_count, true as is_user_known,
    sums.weight,
    coalesce(groups.whole_weight, users.weight) as whole_weight,
    case sums.measure
        when 'collaboration_by_soc_group' then groups.collaboration_weight
        when 'automation_by_soc_group' then groups.automation_weight
        else users.classified_weights[list_position([{{ quoted(whole_measures()) }}], sums.measure)]
    end as classified_weight
from repeat_users as sums
inner join {{ ref('int_repeat_users_classified') }} as users using (user_key)
left join {{ ref('int_repeat_users_summed_to_groups') }} as groups
    on sums.user_key = groups.user_key and sums.parent_cell = groups.soc_group
union all
select users.period_key, users.segment_key, hidden.measure, hidden.parent_cell, users.user_count, users.is_user_known,
    users.weight * hidden.part, users.weight * answered.whole_part, users.weight * answered.classified_part
from {{ ref('int_single_users_counted') }} as users
inner join {{ ref('int_hidden_parts_listed') }} as hidden using (period_key, segment_key, answer_key)
inner join {{ ref('int_answers_classified') }} as answered using (answer_key, measure, parent_cell)
