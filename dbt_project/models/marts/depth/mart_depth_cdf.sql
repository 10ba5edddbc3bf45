with thresholds as (
    select unnest(range(0, 21)) as twentieths
)
select
    depth.period_type, depth.period_start, depth.segment_type, depth.segment,
    thresholds.twentieths / 20.0::double as threshold,
    count(*) as occupation_count,
    -- whole numbers: a share of exactly the threshold reaches it
    count(*) filter (where depth.used_task_count * 20 >= thresholds.twentieths * depth.task_count) as occupations_at_least,
    count(*) filter (where depth.used_task_count * 20 >= thresholds.twentieths * depth.task_count)
        / count(*)::double as occupation_share,
    any_value(depth.n_conversations) as n_conversations,
    any_value(depth.engine) as engine,
    bool_or(depth.is_within_bank_reach) as is_within_bank_reach
from {{ ref('mart_depth') }} as depth
cross join thresholds
group by depth.period_type, depth.period_start, depth.segment_type, depth.segment, thresholds.twentieths
