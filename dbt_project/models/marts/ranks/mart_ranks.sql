select
    periods.period_type, periods.period_start, segments.segment_type, segments.segment,
    ranks.measure, ranks.cell,
    coalesce(groups.soc_group_title, ranks.cell) as cell_label,
    ranks.cell_count, ranks.place, ranks.place_lo, ranks.place_hi,
    case when ranks.place_lo is not null then 'simultaneous Wilson, 1 - 0.05 / K' else 'none' end as interval_method,
    described.cluster_unit, described.floor, described.engine, described.onet_version
from {{ ref('int_ranks_computed') }} as ranks
inner join {{ ref('int_periods_listed') }} as periods using (period_key)
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
left join {{ ref('dim_soc_groups') }} as groups on ranks.cell = groups.soc_group
