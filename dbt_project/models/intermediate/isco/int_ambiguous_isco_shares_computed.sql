-- how much of a group's work came through occupations that lead to several groups of the level, and was split equally
with links as (
    select onet_version, onet_soc_code, 'isco_' || isco_level as measure, isco_group, isco_weight,
        isco_weight < 1 - 1e-9 as is_ambiguous
    from {{ ref('int_occupations_crosswalked_to_isco') }}
),
parts as (
    select counted.period_key, counted.segment_key, links.measure, links.isco_group as cell, links.is_ambiguous,
        sum(counted.numerator * links.isco_weight) as weight,
        bool_or(not coalesce(hidden.is_suppressed, false)) as is_shown
    from {{ ref('int_cells_counted') }} as counted
    inner join {{ ref('int_denominators_listed') }} as occupations using (cell_key, footing)
    inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
    inner join links on described.onet_version = links.onet_version and occupations.cell = links.onet_soc_code
    left join {{ ref('int_cells_suppressed') }} as hidden using (period_key, segment_key, cell_key)
    where occupations.measure = 'occupation' and counted.footing = 'of_classified'
    group by counted.period_key, counted.segment_key, links.measure, links.isco_group, links.is_ambiguous
)
select period_key, segment_key, measure, cell,
    -- to whole percents, and only where each part holds an occupation that is shown: none that is hidden is given back
    case when bool_and(is_shown) then round(coalesce(sum(weight) filter (where is_ambiguous), 0) / sum(weight), 2) end
        as ambiguous_share
from parts
group by period_key, segment_key, measure, cell
