-- accuracy and Cohen's kappa in all (group 0) and without each of at most 50 groups of users (method 5.8)
with users as (
    select comparison_key, cluster_key,
        1 + (row_number() over (partition by comparison_key order by cluster_key) - 1) % 50 as group_number
    from (select distinct comparison_key, cluster_key from {{ ref('int_reviews_compared') }}) as people
),
cells as (
    select compared.comparison_key, users.group_number, compared.predicted, compared.label, sum(compared.weight) as weight
    from {{ ref('int_reviews_compared') }} as compared
    inner join users using (comparison_key, cluster_key)
    group by compared.comparison_key, users.group_number, compared.predicted, compared.label
),
groups as (
    select comparison_key, group_number, sum(weight) / sum(sum(weight)) over (partition by comparison_key) as part
    from cells
    group by comparison_key, group_number
    union all
    select distinct comparison_key, 0, 1::double from cells
),
left_over as (
    select groups.comparison_key, groups.group_number, any_value(groups.part) as part, cells.predicted, cells.label,
        sum(cells.weight) as weight
    from groups
    inner join cells on groups.comparison_key = cells.comparison_key and groups.group_number <> cells.group_number
    group by groups.comparison_key, groups.group_number, cells.predicted, cells.label
),
margins as (
    select comparison_key, group_number, name, sum(weight * is_predicted) * sum(weight * (1 - is_predicted)) as product
    from (
        select comparison_key, group_number, weight, unnest([predicted, label]) as name, unnest([1, 0]) as is_predicted
        from left_over
    ) as sides
    group by comparison_key, group_number, name
),
expectations as (
    select comparison_key, group_number, sum(product) as product from margins group by comparison_key, group_number
),
rates as (
    select left_over.comparison_key, left_over.group_number, any_value(left_over.part) as part,
        coalesce(sum(left_over.weight) filter (where left_over.predicted = left_over.label), 0) / sum(left_over.weight) as accuracy,
        any_value(expectations.product) / pow(sum(left_over.weight), 2) as expected
    from left_over
    inner join expectations using (comparison_key, group_number)
    group by left_over.comparison_key, left_over.group_number
)
select comparison_key, group_number, part, accuracy,
    -- undefined where one label is all that both say
    case when expected < 1 - 1e-12 then (accuracy - expected) / (1 - expected) end as kappa
from rates
