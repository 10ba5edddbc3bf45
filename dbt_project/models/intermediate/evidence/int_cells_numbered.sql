with cells as (
    select distinct measure, parent_cell, cell from {{ ref('int_answers_listed') }}
),
denominators as (
    select measure, parent_cell, unnest(['_all', '_classified']) as cell
    from (select distinct measure, parent_cell from cells) as tables
),
numbered as (
    select measure, parent_cell, cell,
        measure in ({{ quoted(label_measures()) }}) as is_label,
        cell not in ('_all', '_classified')
            and measure in ({{ quoted(label_measures() + slotted_mapping_measures()) }}) as is_slotted
    from (select * from cells union all select * from denominators) as all_cells
),
slotted as (
    select *, row_number() over (
        partition by is_slotted, is_label order by measure = 'language', measure, parent_cell, cell
    ) as slot_rank
    from numbered
)
select measure, parent_cell, cell,
    cast(row_number() over (order by measure, parent_cell, cell) as integer) as cell_key,
    cast(case
        when is_slotted and is_label and slot_rank <= {{ label_slots() | length }} then slot_rank
        when is_slotted and not is_label and slot_rank <= {{ mapping_slots() | length }}
            then slot_rank + {{ label_slots() | length }}
    end as integer) as slot
from slotted
