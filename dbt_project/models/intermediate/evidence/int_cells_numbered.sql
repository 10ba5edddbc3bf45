with cells as (
    select distinct measure, parent_cell, cell from {{ ref('int_answers_listed') }}
),
denominators as (
    select measure, parent_cell, unnest(['_all', '_classified']) as cell
    from (select distinct measure, parent_cell from cells) as tables
)
select measure, parent_cell, cell,
    cast(row_number() over (order by measure, parent_cell, cell) as integer) as cell_key
from (select * from cells union all select * from denominators) as all_cells
