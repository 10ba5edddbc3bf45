-- one row per user with several conversations: weights in the slotted cells, in the order of the slots
select answers.user_key,
    [
        {% for slot in label_slots() %}sum(weight * labels.slot_{{ slot }}),{% endfor %}
        {% for slot in mapping_slots() %}sum(weight * mappings.slot_{{ slot }}){{ ',' if not loop.last }}{% endfor %}
    ] as slot_weights
from {{ ref('int_repeat_users_answered') }} as answers
inner join {{ ref('int_answers_spread_over_slots') }} as labels on answers.facets_key = labels.answer_key
inner join {{ ref('int_answers_spread_over_slots') }} as mappings on answers.mapping_key = mappings.answer_key
group by answers.user_key
