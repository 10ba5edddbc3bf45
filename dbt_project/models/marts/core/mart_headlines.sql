with segments as (
    select period_type, period_start, segment_type, segment,
        max(engine) as engine, max(onet_version) as onet_version, max(cluster_unit) as cluster_unit
    from {{ ref('mart_collaboration') }}
    where footing = 'of_all'
    group by period_type, period_start, segment_type, segment
),
counted as (
    select periods.period_type, periods.period_start, named.segment_type, named.segment,
        sum(users.conversation_count)::bigint as conversations,
        count(*) filter (where users.cluster_key > 0) as users
    from {{ ref('int_users_summed_to_periods') }} as users
    inner join {{ ref('int_segments_numbered') }} as named using (segment_key)
    inner join {{ ref('int_periods_listed') }} as periods
        using (period_key)
    group by all
),
largest as (
    select *, row_number() over (
        partition by period_type, period_start, segment_type, segment order by usage_share desc, soc_group
    ) as group_rank
    from {{ ref('mart_soc_groups') }}
    where footing = 'of_classified' and not {{ is_special('soc_group') }}
),
left_out as (
    select period_type, period_start, segment_type, segment,
        sum(usage_share) filter (where question = 'screen') as screen_unclassified_share,
        sum(usage_share) filter (where question = 'task') as task_unclassified_share
    from (
        select 'screen' as question, period_type, period_start, segment_type, segment, usage_share
        from {{ ref('mart_occupational_screen') }}
        where footing = 'of_all' and is_occupational in ('_unclassified', '_failed')
        union all
        -- a conversation known by its SOC group alone has no task either
        select 'task', period_type, period_start, segment_type, segment, usage_share
        from {{ ref('mart_tasks') }}
        where footing = 'of_all' and statement_hash in ('_unclassified', '_failed')
    ) as shares
    group by period_type, period_start, segment_type, segment
)
select
    s.period_type, s.period_start, s.segment_type, s.segment,
    counted.conversations,
    case when floors.are_users_logged then counted.users end as users,
    floors.are_users_assigned as is_user_assigned,
    s.cluster_unit,
    work.usage_share as occupational_share, work.usage_share_lo as occupational_share_lo, work.usage_share_hi as occupational_share_hi,
    coalesce(left_out.screen_unclassified_share, 0) as screen_unclassified_share,
    coalesce(left_out.task_unclassified_share, 0) as task_unclassified_share,
    largest.soc_group as largest_soc_group, largest.soc_group_title as largest_soc_group_title,
    largest.usage_share as largest_soc_group_share, largest.usage_share_lo as largest_soc_group_share_lo,
    largest.usage_share_hi as largest_soc_group_share_hi,
    mode.usage_share as automation_share, mode.usage_share_lo as automation_share_lo, mode.usage_share_hi as automation_share_hi,
    top.value as top_10_tasks_share,
    s.engine, s.onet_version,
    case when floors.is_self then 'self' else 'organisation' end as audience,
    floors.is_time_assigned as time_is_assigned
from segments as s
inner join counted using (period_type, period_start, segment_type, segment)
cross join {{ ref('int_floors_chosen') }} as floors
left join {{ ref('mart_occupational_screen') }} as work
    on s.period_type = work.period_type and s.period_start = work.period_start and s.segment_type = work.segment_type
    and s.segment = work.segment and work.footing = 'of_classified' and work.is_occupational = 'true'
left join largest
    on s.period_type = largest.period_type and s.period_start = largest.period_start
    and s.segment_type = largest.segment_type and s.segment = largest.segment and largest.group_rank = 1
left join left_out
    on s.period_type = left_out.period_type and s.period_start = left_out.period_start
    and s.segment_type = left_out.segment_type and s.segment = left_out.segment
left join {{ ref('mart_automation') }} as mode
    on s.period_type = mode.period_type and s.period_start = mode.period_start and s.segment_type = mode.segment_type
    and s.segment = mode.segment and mode.footing = 'of_classified' and mode.mode = 'automation'
left join {{ ref('mart_concentration') }} as top
    on s.period_type = top.period_type and s.period_start = top.period_start
    and s.segment_type = top.segment_type and s.segment = top.segment
    and top.statistic = 'top_10_tasks' and top.footing = 'of_classified'
