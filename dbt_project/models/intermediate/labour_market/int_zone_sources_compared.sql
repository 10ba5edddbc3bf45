-- published use and three baselines by Job Zone, each with the zones of one source: the table of the paper hangs on it
with zones as (
    select zone_source, onet_soc_code, job_zone::varchar as job_zone, weight from {{ ref('stg_reference__compared_job_zones') }}
),
listed as (
    select distinct onet_version, onet_soc_code from {{ ref('int_statements_split_to_occupations') }}
),
usage as (
    select counted.period_key, counted.segment_key, cells.cell as onet_soc_code, counted.numerator as usage
    from {{ ref('int_cells_counted') }} as counted
    inner join {{ ref('int_denominators_listed') }} as cells using (cell_key, footing)
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    where cells.measure = 'occupation' and counted.footing = 'of_classified' and segments.segment_type = 'published'
),
sums as (
    select described.period_key, described.segment_key, zones.zone_source, zones.job_zone,
        coalesce(sum(zones.weight * usage.usage), 0) as usage,
        sum(zones.weight) as occupations,
        coalesce(sum(zones.weight * used.used_task_count), 0) as used_rows
    from {{ ref('int_segments_described') }} as described
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    inner join listed using (onet_version)
    inner join zones using (onet_soc_code)
    left join usage using (period_key, segment_key, onet_soc_code)
    left join {{ ref('int_used_task_rows_counted') }} as used using (period_key, segment_key, onet_soc_code)
    where segments.segment_type = 'published'
    group by all
)
-- zoned use over zoned titles: what has no zone in the source is in neither
select period_key, segment_key, zone_source, job_zone,
    usage / sum(usage) over of_source as usage_share,
    occupations / sum(occupations) over of_source as occupation_share,
    used_rows / sum(used_rows) over of_source as used_row_share
from sums
window of_source as (partition by period_key, segment_key, zone_source)
