-- one row per period and segment: who answered, on which taxonomy, and what a cluster is
with weeks as (
    select labelled.week_start, cut.segment_key, labelled.engine, labelled.cluster_unit
    from {{ ref('int_conversations_labelled') }} as labelled
    inner join {{ ref('int_conversations_cut_to_segments') }} as cut using (conversation_key)
    group by all
),
versions as (
    select coalesce(max(onet_version), '') as onet_version
    from {{ ref('int_mappings_labelled') }}
)
select
    periods.period_key,
    weeks.segment_key,
    case when count(distinct weeks.engine) = 1 then min(weeks.engine) else 'mixed' end as engine,
    any_value(versions.onet_version) as onet_version,
    {{ loosest_cluster_unit('weeks.cluster_unit') }} as cluster_unit
from weeks
inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
cross join versions
group by periods.period_key, weeks.segment_key
