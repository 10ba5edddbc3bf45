-- how far one conversation with this mapping and pattern moves mix and within
with mappings as (
    select influences.table_key, influences.side, placed.mapping_key,
        any_value(influences.pair_key) as pair_key, any_value(influences.outcome) as outcome,
        any_value(influences.denominator) as denominator,
        {% for term in ['mix_base', 'mix_slope', 'within_base', 'within_slope'] %}
        sum(placed.part * influences.{{ term }}) as {{ term }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_influences_computed') }} as influences
    inner join {{ ref('int_mappings_placed_in_cells') }} as placed using (pair_key, level, cell)
    group by influences.table_key, influences.side, placed.mapping_key
)
select mappings.table_key, pair_key, mappings.outcome, side, answers.patterns_key, mappings.denominator,
    {% for part in ['mix', 'within'] %}
    mappings.{{ part }}_base + case
        when mappings.outcome in (answers.collaboration, answers.automation) then mappings.{{ part }}_slope else 0
    end as {{ part }}{{ ',' if not loop.last }}
    {% endfor %}
from mappings
inner join {{ ref('int_sides_listed') }} as sides using (pair_key, side)
inner join {{ ref('int_patterns_summed_to_sides') }} as answers using (period_key, segment_key, mapping_key)
