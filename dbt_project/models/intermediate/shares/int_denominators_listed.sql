-- which denominator stands under a cell, in each footing
with cells as (
    select measure, parent_cell, cell, cell_key from {{ ref('int_cells_numbered') }}
),
denominators as (
    select measure, parent_cell, cell_key as denominator_key,
        case cell when '_all' then 'of_all' else 'of_classified' end as footing
    from cells
    where cell in ('_all', '_classified')
)
select cells.cell_key, cells.measure, cells.parent_cell, cells.cell, denominators.footing, denominators.denominator_key,
    {{ is_special('cells.cell') }} as is_special
from cells
inner join denominators using (measure, parent_cell)
where cells.cell not in ('_all', '_classified')
    and (denominators.footing = 'of_all' or not {{ is_special('cells.cell') }})
