-- Cohen's kappa of both engines in all (group 0) and without each group of users, from the margins of both
with groups as (
    select comparison_key, group_number, weight_sum, weight_in_agreement
    from {{ ref('int_user_groups_counted_in_changes') }}
),
left_out as (
    select distinct comparison_key, 0::bigint as group_left from groups
    union all
    select comparison_key, group_number from groups
),
margins as (
    select comparison_key, user_group + 1 as group_number, label,
        sum(conversation_count * is_old) as old_count,
        sum(conversation_count * (1 - is_old)) as new_count
    from (
        select comparison_key, user_group, conversation_count, unnest([old_label, new_label]) as label,
            unnest([1, 0]) as is_old
        from {{ ref('int_engine_changes_counted') }}
        -- whether a task is the same has one label before, and nothing beyond it
        where facet <> 'task'
    ) as labels
    group by comparison_key, user_group, label
),
products as (
    select comparison_key, group_left, sum(old_count * new_count) as product
    from (
        select left_out.comparison_key, left_out.group_left, margins.label,
            sum(margins.old_count)::double as old_count, sum(margins.new_count)::double as new_count
        from left_out
        inner join margins
            on left_out.comparison_key = margins.comparison_key and left_out.group_left <> margins.group_number
        group by left_out.comparison_key, left_out.group_left, margins.label
    ) as kept
    group by comparison_key, group_left
),
shares as (
    select left_out.comparison_key, left_out.group_left, sum(groups.weight_sum) as weight,
        sum(groups.weight_in_agreement) as agreeing
    from left_out
    inner join groups on left_out.comparison_key = groups.comparison_key and left_out.group_left <> groups.group_number
    group by left_out.comparison_key, left_out.group_left
),
agreements as (
    select comparison_key, group_left as group_number, agreeing / weight as agreement, product / pow(weight, 2) as expected
    from shares
    inner join products using (comparison_key, group_left)
)
select comparison_key, group_number, agreement as agreement_share, expected as expected_agreement_share,
    -- undefined where one label is all that both say
    case when expected < 1 - 1e-12 then (agreement - expected) / (1 - expected) end as kappa
from agreements
