-- distinct mappings, each with one conversation that has it
with mappings as (
    select picks_hash, judged_soc_group, min(conversation_id) as conversation_id
    from {{ ref('int_conversations_condensed') }}
    group by picks_hash, judged_soc_group
)
select picks_hash, judged_soc_group, conversation_id,
    cast(4 * row_number() over (order by conversation_id) + 2 as integer) as mapping_key
from mappings
