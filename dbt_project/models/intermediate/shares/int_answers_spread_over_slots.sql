select answer_key,
    {% for slot in label_slots() | list + mapping_slots() | list %}
    coalesce(sum(part) filter (where slot = {{ slot }}), 0) as slot_{{ slot }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ ref('int_answers_counted_in_cells') }}
where slot is not null
group by answer_key
