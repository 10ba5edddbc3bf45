-- one row per period, segment, facet, user and number that was answered
with answers as (
    {% for facet, column, _ in numeric_facets() %}
    select conversation_id, '{{ facet }}' as facet, {{ column }}::double as number
    from {{ ref('stg_lake__facet_summaries') }}
    where {{ facet }}_state = 'answered' and {{ column }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),
conversations as (
    select labelled.week_start, labelled.cluster_key, labelled.weight, cut.segment_key, answers.facet, answers.number
    from answers
    inner join {{ ref('int_conversations_labelled') }} as labelled using (conversation_id)
    inner join {{ ref('int_conversations_cut_to_segments') }} as cut using (conversation_key)
)
select periods.period_key, conversations.segment_key, conversations.facet, conversations.cluster_key, conversations.number,
    sum(conversations.weight) as weight,
    sum(conversations.weight * conversations.weight) as weight_square,
    count(*) as conversation_count
from conversations
inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
group by all
