-- weight of each cell on both sides, and how much of it has the outcome
with patterns as (
    select placed.pair_key, placed.level, placed.cell, placed.is_merged, sums.collaboration, sums.automation,
        coalesce(sum(sums.weight * placed.part) filter (where sides.side = 'a'), 0) as weight_a,
        coalesce(sum(sums.weight * placed.part) filter (where sides.side = 'b'), 0) as weight_b
    from {{ ref('int_sides_listed') }} as sides
    inner join {{ ref('int_patterns_summed_to_sides') }} as sums using (period_key, segment_key)
    inner join {{ ref('int_mappings_placed_in_cells') }} as placed using (pair_key, mapping_key)
    where placed.part > 0
    group by all
)
select cast(dense_rank() over (order by listed.pair_key, listed.outcome, patterns.level) as integer) as table_key,
    listed.pair_key, listed.outcome, patterns.level, patterns.cell, patterns.is_merged,
    {% for side in ['a', 'b'] %}
    sum(patterns.weight_{{ side }}) as d_{{ side }},
    coalesce(sum(patterns.weight_{{ side }}) filter (
        where listed.outcome in (patterns.collaboration, patterns.automation)
    ), 0) as y_{{ side }}{{ ',' if not loop.last }}
    {% endfor %}
from patterns
inner join {{ ref('int_decompositions_listed') }} as listed using (pair_key)
group by listed.pair_key, listed.outcome, patterns.level, patterns.cell, patterns.is_merged
