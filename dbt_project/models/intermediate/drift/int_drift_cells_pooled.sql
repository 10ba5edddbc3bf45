-- the cell that stands for a cell when a week is compared: one that is hidden in the week, or in any week of its
-- reference, is part of the hidden ones on both sides, so that a distance tells no more than the shares that are shown
with cells as (
    select counted.period_key, listed.measure, listed.cell, counted.cell_key, counted.n_conversations,
        coalesce(suppressed.is_suppressed, false) as is_hidden,
        coalesce(suppressed.is_withheld, false) as is_withheld
    from {{ ref('int_cells_counted') }} as counted
    inner join {{ ref('int_denominators_listed') }} as listed using (cell_key, footing)
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    left join {{ ref('int_cells_suppressed') }} as suppressed using (period_key, segment_key, cell_key)
    where counted.footing = 'of_all' and segments.segment_type = 'all'
        and listed.measure in ({{ quoted(drift_measures()) }})
)
select sides.period_key, cells.measure, cells.cell_key,
    case when bool_or(cells.is_hidden) then '_suppressed' else any_value(cells.cell) end as pooled_cell,
    bool_or(cells.is_withheld) as is_withheld
from {{ ref('int_drift_sides_listed') }} as sides
inner join cells on sides.side_period_key = cells.period_key
group by sides.period_key, cells.measure, cells.cell_key
