-- every conversation that came in, by what became of each question: adds up to all
{% set facets = ['language', 'is_occupational', 'use_case', 'collaboration', 'intent', 'soc_group', 'skills'] %}
with mappings as (
    select conversation_id, arg_min(state, pick) as task_state
    from {{ ref('stg_lake__onet_task_mappings') }}
    group by conversation_id
),
states as (
    select labelled.week_start, labelled.conversation_key, labelled.weight,
        {% for facet in facets %}answers.{{ facet }}_state,{% endfor %}
        mappings.task_state
    from {{ ref('int_conversations_labelled') }} as labelled
    left join {{ ref('stg_lake__facet_summaries') }} as answers using (conversation_id)
    left join mappings using (conversation_id)
),
weeks as (  -- conversations add up, users would not
    select states.* exclude (conversation_key, weight), cut.segment_key, count(*) as conversations, sum(weight) as weight
    from states
    inner join {{ ref('int_conversations_cut_to_segments') }} as cut using (conversation_key)
    group by all
),
listed as (
    {% for measure in facets + ['task'] %}
    select week_start, segment_key, '{{ measure }}' as measure, coalesce({{ measure }}_state, 'not_classified') as state,
        conversations, weight
    from weeks
    {{ 'union all' if not loop.last }}
    {% endfor %}
),
counted as (
    select periods.period_type, periods.period_start, segments.segment_type, segments.segment, listed.measure, listed.state,
        sum(listed.conversations)::bigint as conversations, sum(listed.weight) as weight
    from listed
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    group by all
)
select period_type, period_start, segment_type, segment, measure, state, conversations, weight,
    weight / sum(weight) over (partition by period_type, period_start, segment_type, segment, measure) as usage_share
from counted
