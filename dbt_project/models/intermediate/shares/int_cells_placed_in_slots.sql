-- cells of measures with few of them: users are summed to these in columns, a slot each, which is far faster and
-- takes far less memory than a row for each user and cell
with numbered as (
    select cell_key, measure, row_number() over (partition by measure order by cell_key) as number
    from {{ ref('int_cells_numbered') }}
    where cell not in ('_all', '_classified')
)
select numbered.cell_key, slots.answered_by, slots.slot
from numbered
inner join (
    values
    {% for kind in slots() %}
        {% set outer_loop = loop %}
        {% for slot in slots_of(kind) %}
        ('{{ kind }}', {{ loop.index }}, '{{ slot.measure }}', {{ slot.number }}){{ ',' if not (loop.last and outer_loop.last) }}
        {% endfor %}
    {% endfor %}
) as slots (answered_by, slot, measure, number) using (measure, number)
