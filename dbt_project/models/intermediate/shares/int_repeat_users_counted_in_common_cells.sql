-- users with several conversations in the cells that have a slot: summed by user in columns, then over users
{% for kind in slots() %}
{% set columns = slots_of(kind) %}
select counted.period_key, counted.segment_key, slots.cell_key, counted.known_user_count, counted.has_unknown_users,
    counted.largest_weights, counted.whole_yy, counted.whole_yd, counted.classified_yy, counted.classified_yd
from (
    with spread as (
        select parts.answer_key,
            {% for _ in columns %}
            coalesce(sum(parts.part) filter (where slots.slot = {{ loop.index }}), 0) as part_{{ loop.index }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ ref('int_answers_counted_in_cells') }} as parts
        inner join {{ ref('int_cells_placed_in_slots') }} as slots using (cell_key)
        where slots.answered_by = '{{ kind }}'
        group by parts.answer_key
    ),
    summed as (
        select answers.user_key,
            {% for _ in columns %}
            sum(answers.weight * spread.part_{{ loop.index }}) as weight_{{ loop.index }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ ref('int_repeat_users_answered') }} as answers
        inner join spread on answers.{{ 'facets' if kind == 'facets' else 'mapping' }}_key = spread.answer_key
        {% if kind == 'needs' %}where answers.segment_key = 1{% endif %}
        group by answers.user_key
    ),
    listed as (
        select users.period_key, users.segment_key, 1 as user_count, true as is_user_known,
            users.weight as whole_weight, users.leverage as whole_leverage,
            unnest(range(1, {{ columns | length + 1 }})) as cell_key,
            {% for column, expression in [('weight_in_cell', 'summed.weight_{slot}'),
                ('classified_weight', 'users.classified_weights[{place}]'),
                ('classified_leverage', 'users.classified_leverages[{place}]')] %}
            unnest([{% for slot in columns %}{{ expression.format(slot=loop.index, place=slot.place) }}{{ ', ' if not loop.last }}{% endfor %}]) as {{ column }}{{ ',' if not loop.last }}
            {% endfor %}
        from summed
        inner join {{ ref('int_repeat_users_classified') }} as users using (user_key)
    )
    {{ counted_in_cells('(select * from listed where weight_in_cell > 0)') }}
) as counted
inner join {{ ref('int_cells_placed_in_slots') }} as slots on counted.cell_key = slots.slot and slots.answered_by = '{{ kind }}'
{{ 'union all' if not loop.last }}
{% endfor %}
