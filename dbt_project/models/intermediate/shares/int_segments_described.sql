-- one row per period and segment: who answered, on which taxonomy, and what a cluster is
with conversations as (
    select periods.period_key, cut.segment_key, c.conversation_key, c.engine, c.cluster_unit
    from {{ ref('int_conversations_labelled') }} as c
    inner join {{ ref('int_conversations_cut_to_segments') }} as cut using (conversation_key)
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
),
versions as (
    select coalesce(max(onet_version), '') as onet_version
    from {{ ref('int_mappings_labelled') }}
)
select
    period_key,
    segment_key,
    case when count(distinct engine) = 1 then min(engine) else 'mixed' end as engine,
    any_value(versions.onet_version) as onet_version,
    case
        when bool_or(cluster_unit = 'conversation') then 'conversation'
        when bool_or(cluster_unit = 'assigned_user') then 'assigned_user'
        else 'user'
    end as cluster_unit
from conversations
cross join versions
group by period_key, segment_key
