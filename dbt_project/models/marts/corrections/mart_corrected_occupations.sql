-- finer cells, scaled as their SOC group was corrected: they claim no error of their own (method 3.2)
with groups as (
    select period_type, period_start, segment_type, segment, label as soc_group, coder, n_reviews, frame, engine, onet_version, floor,
        corrected_share / uncorrected_share as factor
    from {{ ref('mart_corrected_shares') }}
    where facet = 'soc_group' and interval_target = 'process' and corrected_share is not null and uncorrected_share > 0
),
cells as (
    select periods.period_type, periods.period_start, shares.measure as level, shares.cell, shares.share as uncorrected_share,
        split.soc_group, coalesce(split.weight, 1) as weight
    from {{ ref('int_shares') }} as shares
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
    inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
    left join (
        select onet_version, statement_hash as cell, 'statement' as measure, soc_group, sum(occupation_weight) as weight
        from {{ ref('int_statements_split_to_occupations') }}
        group by onet_version, statement_hash, soc_group
        union all
        select distinct onet_version, onet_soc_code, 'occupation', soc_group, 1::double
        from {{ ref('int_statements_split_to_occupations') }}
    ) as split
        on described.onet_version = split.onet_version and shares.measure = split.measure and shares.cell = split.cell
    where shares.measure in ('occupation', 'statement') and shares.segment_key = 1 and shares.footing = 'of_all'
        and not {{ is_special('shares.cell') }}
)
select groups.period_type, groups.period_start, groups.segment_type, groups.segment, cells.level, cells.cell, groups.coder,
    case when count(*) = 1 then min(cells.soc_group) end as soc_group,
    sum(cells.uncorrected_share * cells.weight * groups.factor) as corrected_share,
    any_value(cells.uncorrected_share) as uncorrected_share,
    any_value(groups.n_reviews) as n_reviews, any_value(groups.frame) as frame,
    'scaled with its SOC group: no error of its own' as interval_method,
    any_value(groups.floor) as floor, any_value(groups.engine) as engine, any_value(groups.onet_version) as onet_version
from cells
inner join groups using (period_type, period_start, soc_group)
group by groups.period_type, groups.period_start, groups.segment_type, groups.segment, cells.level, cells.cell, groups.coder
-- a statement of several groups needs all of them
having sum(cells.weight) > 1 - 1e-9
