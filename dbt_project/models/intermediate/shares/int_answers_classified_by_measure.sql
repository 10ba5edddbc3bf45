-- classified parts side by side: one row per answer
select answer_key,
    {% for measure in whole_measures() %}
    coalesce(sum(classified_part) filter (where measure = '{{ measure }}'), 0) as {{ measure }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ ref('int_answers_classified') }}
group by answer_key
