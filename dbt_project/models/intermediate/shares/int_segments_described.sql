-- one row per period and segment: who answered, on which taxonomy, and what a cluster is
with weeks as (
    select labelled.week_start, cut.segment_key, labelled.engine, labelled.cluster_unit
    from {{ ref('int_conversations_labelled') }} as labelled
    inner join {{ ref('int_conversations_cut_to_segments') }} as cut using (conversation_key)
    group by all
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
cross join versions
cross join {{ ref('int_floors_chosen') }} as floors
group by periods.period_key, weeks.segment_key
union all
select periods.period_key, segments.segment_key, 'imported', listed.onet_version, 'published',
    listed.floor_conversations || ' conversations, ' || listed.floor_users || ' users, as published'
from {{ ref('int_published_segments_listed') }} as listed
inner join {{ ref('int_segments_numbered') }} as segments
    on segments.segment_type = 'published' and listed.segment = segments.segment
inner join {{ ref('int_periods_listed') }} as periods
    on periods.period_type = 'window' and listed.window_start = periods.period_start
