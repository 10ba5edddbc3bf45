{{ config(materialized='view') }}
-- which parts of a conversation so mapped are in which cell, at both levels
with mappings as (
    select distinct sides.pair_key, sums.mapping_key
    from {{ ref('int_sides_listed') }} as sides
    inner join {{ ref('int_patterns_summed_to_sides') }} as sums using (period_key, segment_key)
)
select mappings.pair_key, 'soc_group' as level, mapping_key, assigned.soc_group as cell, false as is_merged,
    sum(assigned.part) as part
from mappings
inner join {{ ref('int_occupations_assigned') }} as assigned using (mapping_key)
group by mappings.pair_key, mapping_key, assigned.soc_group
union all
select mappings.pair_key, 'statement', mapping_key, placed.cell, placed.is_merged, sum(labelled.part * placed.part)
from mappings
inner join {{ ref('int_mappings_labelled') }} as labelled using (mapping_key)
inner join {{ ref('int_statements_placed_in_cells') }} as placed using (pair_key, onet_version, statement)
group by mappings.pair_key, mapping_key, placed.cell, placed.is_merged
