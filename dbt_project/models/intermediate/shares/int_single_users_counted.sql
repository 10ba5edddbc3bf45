-- users with one conversation in the period, merged where they are alike: their sums are those of its answer
select period_key, segment_key, answer_key, weight, cluster_key > 0 as is_user_known, count(*) as user_count
from (
    select period_key, segment_key, cluster_key, weight,
        unnest([facets_key, skills_key, mapping_key, patterns_key]) as answer_key
    from {{ ref('int_users_summed_to_periods') }}
    where conversation_count = 1
) as answers
where answer_key is not null
group by period_key, segment_key, answer_key, weight, cluster_key > 0
