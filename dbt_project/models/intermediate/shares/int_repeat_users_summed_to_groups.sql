-- one row per user with several conversations and SOC group: the user's weight in the denominators of the tables
-- within the group, and the corrections of leverage there. All that is in a group is the same for both tables.
{% set tables = {'collaboration': 'collaboration_by_soc_group', 'automation': 'automation_by_soc_group'} %}
with denominators as (
    select cell_key, parent_cell as soc_group,
        case when cell = '_all' then 'whole' {% for name, measure in tables.items() %}when measure = '{{ measure }}' then '{{ name }}' {% endfor %}end as name
    from {{ ref('int_cells_numbered') }}
    where measure in ({{ quoted(joint_measures()) }})
        and (cell = '_classified' or (cell = '_all' and measure = '{{ tables.collaboration }}'))
),
parts as (
    select parts.answer_key, denominators.soc_group,
        {% for name in ['whole'] + tables.keys() | list %}
        coalesce(max(parts.part) filter (where denominators.name = '{{ name }}'), 0) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_answers_counted_in_cells') }} as parts
    inner join denominators using (cell_key)
    group by parts.answer_key, denominators.soc_group
),
totals as (
    select totals.period_key, totals.segment_key, denominators.soc_group,
        {% for name in ['whole'] + tables.keys() | list %}
        max(totals.denominator) filter (where denominators.name = '{{ name }}') as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_denominators_totalled') }} as totals
    inner join denominators on totals.denominator_key = denominators.cell_key
    group by totals.period_key, totals.segment_key, denominators.soc_group
),
sums as (
    select answers.user_key, parts.soc_group,
        any_value(answers.period_key) as period_key, any_value(answers.segment_key) as segment_key,
        {% for name in ['whole'] + tables.keys() | list %}
        sum(answers.weight * parts.{{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_repeat_users_answered') }} as answers
    inner join parts on answers.patterns_key = parts.answer_key
    group by answers.user_key, parts.soc_group
)
select sums.period_key, sums.segment_key, sums.user_key, sums.soc_group,
    {% for name in ['whole'] + tables.keys() | list %}
    sums.{{ name }} as {{ name }}_weight, 1 / nullif(1 - sums.{{ name }} / totals.{{ name }}, 0) as {{ name }}_leverage{{ ',' if not loop.last }}
    {% endfor %}
from sums
inner join totals using (period_key, segment_key, soc_group)
