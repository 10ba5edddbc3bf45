-- every conversation that came in, by what became of each question: adds up to all
with answers as (
    {% for facet in ['language', 'is_occupational', 'use_case', 'collaboration', 'intent', 'soc_group', 'skills'] %}
    select week_start, conversation_id, '{{ facet }}' as measure, {{ facet }}_state as state
    from {{ ref('stg_lake__facet_summaries') }}
    union all
    {% endfor %}
    select week_start, conversation_id, 'task' as measure, any_value(state) as state
    from {{ ref('stg_lake__onet_task_mappings') }}
    group by week_start, conversation_id
),
labelled as (
    select c.week_start, c.conversation_key, c.weight, m.measure, coalesce(a.state, 'not_classified') as state
    from {{ ref('int_conversations_labelled') }} as c
    cross join (select distinct measure from answers) as m
    left join answers as a on c.conversation_id = a.conversation_id and m.measure = a.measure
)
select
    periods.period_type, periods.period_start, segments.segment_type, segments.segment, labelled.measure, labelled.state,
    count(*) as conversations,
    sum(labelled.weight) as weight,
    sum(labelled.weight) / sum(sum(labelled.weight)) over (
        partition by periods.period_type, periods.period_start, segments.segment_type, segments.segment, labelled.measure
    ) as usage_share
from labelled
inner join {{ ref('int_conversations_cut_to_segments') }} as cut using (conversation_key)
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
group by 1, 2, 3, 4, 5, 6
