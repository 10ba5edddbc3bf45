-- equal picks, equal hash: by it conversations that are mapped alike are found without comparing lists
with picks as (
    select conversation_id, sum(hash(level, node_id, state, bank_task_id, onet_version, weight)) as picks_hash
    from {{ ref('stg_lake__onet_task_mappings') }}
    group by conversation_id
)
select labelled.conversation_id, labelled.conversation_key,
    coalesce(picks.picks_hash, 0) as picks_hash,
    coalesce(labelled.judged_soc_group, '') as judged_soc_group
from {{ ref('int_conversations_labelled') }} as labelled
left join picks using (conversation_id)
