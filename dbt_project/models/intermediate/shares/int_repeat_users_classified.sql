-- one row per user with several conversations: classified weight of each measure, in the order of whole_measures()
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
)
select users.period_key, users.segment_key, users.user_key, users.weight, sums.classified_weights
from sums
inner join {{ ref('int_repeat_users_numbered') }} as users using (user_key)
