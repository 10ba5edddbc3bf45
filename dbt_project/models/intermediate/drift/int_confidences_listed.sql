-- how sure the engine was of each conversation, where it says so; of tasks its picks by their weight, without those
-- that an activity or a SOC group stands for, whose confidence is of another thing
with confidences as (
    {% for measure in drift_measures() if measure != 'soc_group' %}
    select conversation_id, '{{ measure }}' as measure, {{ measure }}_confidence as confidence
    from {{ ref('stg_lake__facet_summaries') }}
    where {{ measure }}_state in ('answered', 'unclassified') and {{ measure }}_confidence is not null
    union all
    {% endfor %}
    select conversation_id, 'soc_group', sum(weight * confidence) / sum(weight)
    from {{ ref('stg_lake__onet_task_mappings') }}
    where level in ('task', 'none', 'unclassified') and state in ('answered', 'unclassified')
        and confidence is not null and weight > 0
    group by conversation_id
)
select periods.period_key, confidences.measure, labelled.cluster_key,
    count(*)::bigint as conversation_count,
    sum(labelled.weight) as weight,
    sum(labelled.weight * confidences.confidence) as confidence_sum
from confidences
inner join {{ ref('int_conversations_labelled') }} as labelled using (conversation_id)
inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
where periods.period_type = 'week'
group by periods.period_key, confidences.measure, labelled.cluster_key
