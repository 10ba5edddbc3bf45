-- one row per user with several conversations: classified weight of each measure, in the order of whole_measures(),
-- and the corrections of leverage 1 / (1 - h)
with sums as (
    select answers.user_key,
        [
            {% for measure in label_measures() %}sum(weight * labels.{{ measure }}),
            {% endfor %}
            sum(weight * coalesce(skill_sets.skills, 0)),
            {% for measure in mapping_measures() %}sum(weight * mappings.{{ measure }}){{ ',' if not loop.last }}
            {% endfor %}
        ] as classified_weights
    from {{ ref('int_repeat_users_answered') }} as answers
    inner join {{ ref('int_answers_classified_by_measure') }} as labels on answers.facets_key = labels.answer_key
    inner join {{ ref('int_answers_classified_by_measure') }} as mappings on answers.mapping_key = mappings.answer_key
    left join {{ ref('int_answers_classified_by_measure') }} as skill_sets on answers.skills_key = skill_sets.answer_key
    group by answers.user_key
),
totals as (
    select totals.period_key, totals.segment_key,
        max(totals.denominator) filter (where cells.cell = '_all') as whole,
        [{% for measure in whole_measures() %}
            max(totals.denominator) filter (where cells.measure = '{{ measure }}' and cells.cell = '_classified'){{ ',' if not loop.last }}
        {% endfor %}] as classified
    from {{ ref('int_denominators_totalled') }} as totals
    inner join {{ ref('int_cells_numbered') }} as cells on totals.denominator_key = cells.cell_key
    where cells.parent_cell = ''
    group by totals.period_key, totals.segment_key
)
select users.period_key, users.segment_key, users.user_key, users.weight, sums.classified_weights,
    1 / nullif(1 - users.weight / totals.whole, 0) as leverage,
    list_transform(
        list_zip(sums.classified_weights, totals.classified), lambda pair: 1 / nullif(1 - pair[1] / pair[2], 0)
    ) as classified_leverages
from sums
inner join {{ ref('int_repeat_users_numbered') }} as users using (user_key)
inner join totals using (period_key, segment_key)
