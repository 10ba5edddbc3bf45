-- why the published table of Job Zones is not ours: its use and ratios with the zones of each source, and its own numbers
with printed as (
    select release || ' ' || platform as segment, node_id as job_zone,
        max(value / 100) filter (where variable = 'usage_pct') as printed_usage_share,
        max(value / 100) filter (where variable = 'baseline_pct') as printed_baseline_share,
        max(value) filter (where variable = 'representation_ratio') as printed_ratio
    from {{ ref('int_published_zones_listed') }}
    group by release, platform, node_id
)
select
    periods.period_type, periods.period_start, segments.segment_type, segments.segment,
    compared.zone_source, compared.job_zone,
    compared.usage_share, compared.occupation_share, compared.used_row_share,
    compared.usage_share / nullif(compared.occupation_share, 0) as ratio_to_occupations,
    compared.usage_share / nullif(compared.used_row_share, 0) as ratio_to_used_rows,
    printed.printed_usage_share, printed.printed_baseline_share, printed.printed_ratio
from {{ ref('int_zone_sources_compared') }} as compared
inner join {{ ref('int_periods_listed') }} as periods using (period_key)
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
left join printed using (segment, job_zone)
