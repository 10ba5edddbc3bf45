-- chance that a statement of so many conversations (or users) reaches the floor of the draw: s_j of method 5.6
with counts as (
    select distinct period_key, segment_key, group_number, unit, used_count
    from {{ ref('int_statement_units_counted_in_replicates') }}
)
select draws.period_key, draws.segment_key, draws.group_number, draws.unit, draws.draw_size, draws.draw_floor,
    counts.used_count,
    -- rounded: what logarithms of factorials leave in the last digits is no chance
    round({{ chance_of_reaching('draws.draw_floor', 'counts.used_count', 'draws.draw_size', 'draws.unit_count') }}, 12)
        as chance
from {{ ref('int_draws_listed') }} as draws
inner join counts using (period_key, segment_key, group_number, unit)
where counts.used_count >= draws.draw_floor
