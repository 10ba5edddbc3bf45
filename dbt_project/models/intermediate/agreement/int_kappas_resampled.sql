-- Cohen's kappa in all (group 0) and without each group of users, from the margins of both answers
with users as (
    select comparison_key, group_number, cluster_key, weight_sum, weight_in_agreement
    from {{ ref('int_users_grouped_in_comparisons') }}
),
answers as (
    select comparison_key, cluster_key, weight, unnest([value, main_value]) as label, unnest([1, 0]) as is_second
    from {{ ref('int_second_answers_compared') }}
    where is_comparable
),
margins as (
    select answers.comparison_key, users.group_number, answers.label,
        sum(answers.weight * answers.is_second) as second_weight,
        sum(answers.weight * (1 - answers.is_second)) as main_weight
    from answers
    inner join users using (comparison_key, cluster_key)
    group by answers.comparison_key, users.group_number, answers.label
),
totals as (
    select *,
        sum(second_weight) over of_label as second_total,
        sum(main_weight) over of_label as main_total
    from margins
    window of_label as (partition by comparison_key, label)
),
products as (  -- what a group adds to the product of the margins, and what goes with it: labels that it lacks cancel
    select comparison_key, group_number,
        sum(second_weight * main_total) as product,
        sum(second_weight * main_total + main_weight * second_total - second_weight * main_weight) as product_without
    from totals
    group by comparison_key, group_number
),
groups as (
    select users.comparison_key, users.group_number, sum(users.weight_sum) as weight,
        sum(users.weight_in_agreement) as agreeing, any_value(products.product) as product,
        any_value(products.product_without) as product_without
    from users
    inner join products using (comparison_key, group_number)
    group by users.comparison_key, users.group_number
),
wholes as (
    select comparison_key, sum(weight) as weight, sum(agreeing) as agreeing, sum(product) as product
    from groups
    group by comparison_key
),
replicates as (
    select comparison_key, 0::bigint as group_number, weight, agreeing, product from wholes
    union all
    select comparison_key, groups.group_number, wholes.weight - groups.weight, wholes.agreeing - groups.agreeing,
        wholes.product - groups.product_without
    from groups
    inner join wholes using (comparison_key)
),
agreements as (
    select comparison_key, group_number, agreeing / weight as agreement, product / pow(weight, 2) as expected
    from replicates
    where weight > 1e-9  -- one group alone leaves nothing
)
select comparison_key, group_number, agreement as agreement_share, expected as expected_agreement_share,
    -- undefined where one label is all that both say
    case when expected < 1 - 1e-12 then (agreement - expected) / (1 - expected) end as kappa
from agreements
