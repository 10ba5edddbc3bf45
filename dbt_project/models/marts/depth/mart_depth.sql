with segments as (
    select described.period_key, described.segment_key, described.engine, described.onet_version, described.floor,
        coalesce(totals.n_conversations, 0) as n_conversations
    from {{ ref('int_segments_described') }} as described
    left join (
        select totals.period_key, totals.segment_key, totals.n_conversations
        from {{ ref('int_denominators_totalled') }} as totals
        inner join {{ ref('int_cells_numbered') }} as cells on totals.denominator_key = cells.cell_key
        where cells.measure = 'statement_alone' and cells.cell = '_classified'
    ) as totals using (period_key, segment_key)
),
occupations as (
    select onet_version, onet_soc_code, any_value(soc_group) as soc_group, any_value(task_count) as task_count
    from {{ ref('int_statements_listed_by_occupation') }}
    group by onet_version, onet_soc_code
),
activities as (
    select onet_version, onet_soc_code,
        count(*) filter (where activity_level = 'dwa') as dwa_count, count(*) filter (where activity_level = 'iwa') as iwa_count
    from {{ ref('int_activities_listed_by_occupation') }}
    group by onet_version, onet_soc_code
),
used as (
    select used.period_key, used.segment_key, listings.onet_version, listings.onet_soc_code,
        count(*) as used_task_count
    from {{ ref('int_statements_counted_as_used') }} as used
    inner join {{ ref('int_statements_listed_by_occupation') }} as listings using (statement_hash)
    group by all
),
used_activities as (
    select used.period_key, used.segment_key, listed.onet_version, listed.onet_soc_code,
        count(*) filter (where listed.activity_level = 'dwa') as used_dwa_count,
        count(*) filter (where listed.activity_level = 'iwa') as used_iwa_count
    from {{ ref('int_activities_counted_as_used') }} as used
    inner join {{ ref('int_activities_listed_by_occupation') }} as listed using (activity_level, activity_id)
    group by all
),
titles as (
    select onet_soc_code, min(title) as title from {{ ref('dim_occupations') }} group by onet_soc_code
)
select
    periods.period_type, periods.period_start, named.segment_type, named.segment,
    occupations.onet_soc_code, coalesce(titles.title, occupations.onet_soc_code) as title, occupations.soc_group,
    occupations.task_count,
    coalesce(used.used_task_count, 0) as used_task_count,
    coalesce(used.used_task_count, 0) / occupations.task_count as depth_share,
    {% for level in ['dwa', 'iwa'] %}
    coalesce(activities.{{ level }}_count, 0) as {{ level }}_count,
    coalesce(used_activities.used_{{ level }}_count, 0) as used_{{ level }}_count,
    coalesce(used_activities.used_{{ level }}_count, 0) / nullif(activities.{{ level }}_count, 0) as {{ level }}_depth_share,
    {% endfor %}
    -- the local engine reaches only statements that stand alone in a task of its bank
    segments.engine in ('local', 'mixed') as is_within_bank_reach,
    segments.floor,
    segments.n_conversations, segments.engine, segments.onet_version
from segments
inner join occupations using (onet_version)
left join activities using (onet_version, onet_soc_code)
left join used using (period_key, segment_key, onet_version, onet_soc_code)
left join used_activities using (period_key, segment_key, onet_version, onet_soc_code)
inner join {{ ref('int_periods_listed') }} as periods using (period_key)
inner join {{ ref('int_segments_numbered') }} as named using (segment_key)
left join titles using (onet_soc_code)
