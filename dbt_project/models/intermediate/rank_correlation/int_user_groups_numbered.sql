-- users of a period in at most 50 groups of a fixed rule, each left out once (grouped jackknife; method 5.8)
with users as (
    select periods.period_key, answered.cluster_key, sum(answered.weight * classified.classified_part) as weight_sum
    from {{ ref('int_conversations_answered') }} as answered
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    inner join {{ ref('int_answers_classified') }} as classified on answered.mapping_key = classified.answer_key
    where classified.measure = 'occupation' and classified.classified_part > 0 and periods.period_type <> 'week'
        and answered.cluster_key > 0  -- a user unknown is in no group: two builds would not draw the same
    group by periods.period_key, answered.cluster_key
)
select period_key, 1 as segment_key, cluster_key,
    1 + (row_number() over (partition by period_key order by cluster_key) - 1) % 50 as group_number,
    weight_sum
from users
