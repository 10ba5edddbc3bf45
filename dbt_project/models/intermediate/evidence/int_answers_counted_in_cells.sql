-- cells and denominators of answers by key
with parts as (
    select answer_key, measure, parent_cell, cell, part from {{ ref('int_answers_listed') }}
    union all
    select answer_key, measure, parent_cell, '_all', whole_part from {{ ref('int_answers_classified') }}
    union all
    select answer_key, measure, parent_cell, '_classified', classified_part
    from {{ ref('int_answers_classified') }}
    where classified_part > 0
)
select parts.answer_key, cells.cell_key, cells.measure,
    cells.cell in ('_all', '_classified') as is_denominator,
    parts.part
from parts
inner join {{ ref('int_cells_numbered') }} as cells using (measure, parent_cell, cell)
