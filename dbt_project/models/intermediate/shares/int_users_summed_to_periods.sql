-- users do not add up: each period has its own rows, and one that has a single conversation keeps its answers here
{% for period_type in ['week', 'month', 'quarter', 'all'] %}
select period_key, segment_key, cluster_key,
    count(*)::integer as conversation_count,
    sum(weight) as weight,
    any_value(facets_key) as facets_key, any_value(skills_key) as skills_key,
    any_value(mapping_key) as mapping_key, any_value(patterns_key) as patterns_key
from (
    select periods.period_key, unnest(answered.segment_keys) as segment_key, answered.cluster_key, answered.weight,
        answered.facets_key, answered.skills_key, answered.mapping_key, answered.patterns_key
    from {{ ref('int_conversations_answered') }} as answered
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    where periods.period_type = '{{ period_type }}'
) as conversations
group by period_key, segment_key, cluster_key
{{ 'union all' if not loop.last }}
{% endfor %}
