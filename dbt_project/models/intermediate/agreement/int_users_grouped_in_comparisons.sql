-- users of a comparison in at most 50 groups of a fixed rule, each left out once (grouped jackknife; method 5.8); a user
-- unknown is one more: where logs name nobody there would be no interval
select comparison_key, cluster_key,
    1 + (row_number() over (partition by comparison_key order by cluster_key) - 1) % 50 as group_number,
    count(*) as conversation_count,
    sum(weight) as weight_sum,
    sum(weight * weight) as weight_square_sum,
    coalesce(sum(weight) filter (where value = main_value), 0) as weight_in_agreement
from {{ ref('int_second_answers_compared') }}
where is_comparable
group by comparison_key, cluster_key
