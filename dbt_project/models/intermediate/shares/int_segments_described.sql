-- one row per period and segment: who answered, on which taxonomy, and what a cluster is
with weeks as (
    select labelled.week_start, cut.segment_key, labelled.engine, labelled.cluster_unit
    from {{ ref('int_conversations_labelled') }} as labelled
    inner join {{ ref('int_conversations_cut_to_segments') }} as cut using (conversation_key)
    group by all
),
counted as (
    select period_key, segment_key, sum(conversation_count)::bigint as n_conversations,
        count(*) filter (where cluster_key > 0) + max((cluster_key < 0)::int) as n_users
    from {{ ref('int_users_summed_to_periods') }}
    group by period_key, segment_key
),
versions as (
    select coalesce(max(onet_version), '') as onet_version
    from {{ ref('stg_lake__onet_task_mappings') }}
)
select
    periods.period_key,
    weeks.segment_key,
    case when count(distinct weeks.engine) = 1 then min(weeks.engine) else 'mixed' end as engine,
    any_value(versions.onet_version) as onet_version,
    {{ loosest_cluster_unit('weeks.cluster_unit') }} as cluster_unit,
    any_value({{ floor_in_words('floors') }}) as floor
from weeks
inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
inner join counted using (period_key, segment_key)
inner join {{ ref('int_segments_floored') }} as floors using (segment_key)
cross join versions
-- a part of the people that is too small is not shown at all: even how much it is would be told
where not floors.is_brought
    or (counted.n_conversations >= floors.floor_conversations and counted.n_users >= floors.floor_users)
group by periods.period_key, weeks.segment_key
union all
select periods.period_key, segments.segment_key, 'imported', listed.onet_version, 'published',
    listed.floor_conversations || ' conversations, ' || listed.floor_users || ' users, as published'
from {{ ref('int_published_segments_listed') }} as listed
inner join {{ ref('int_segments_numbered') }} as segments
    on segments.segment_type = 'published' and listed.segment = segments.segment
inner join {{ ref('int_periods_listed') }} as periods
    on periods.period_type = 'window' and listed.window_start = periods.period_start
