{{ config(materialized='view') }}
-- what became of each question, and of the mapping (by its first pick); null where nothing was asked yet
with mappings as (
    select conversation_id,
        arg_min(
            case when state = 'answered' and level in ('dwa', 'iwa', 'soc_group') then 'coarser' else state end, pick
        ) as task_state
    from {{ ref('stg_lake__onet_task_mappings') }}
    group by conversation_id
)
select labelled.week_start, labelled.conversation_key, labelled.weight,
    {% for measure in stated_measures() %}answers.{{ measure }}_state, {% endfor %}mappings.task_state
from {{ ref('int_conversations_labelled') }} as labelled
left join {{ ref('stg_lake__facet_summaries') }} as answers using (conversation_id)
left join mappings using (conversation_id)
