-- what each user adds to each headline over all weeks, counted in other ways
{% set sums = ['y', 'd', 'y_by_turns', 'd_by_turns', 'y_of_chats', 'd_of_chats', 'y_of_texts', 'd_of_texts', 'u'] %}
select measure, cluster_key, sum(conversation_count)::bigint as conversation_count,
    {% for name in sums %}sum({{ name }}) as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
from {{ ref('int_headlines_summed_by_user_and_week') }}
group by measure, cluster_key
