with conversations as (
    select conversation_key, conversation_id, product, model from {{ ref('int_conversations_labelled') }}
),
segments as (
    select segment_type, segment, segment_key from {{ ref('int_segments_numbered') }}
),
brought as (
    select conversations.conversation_key, types.segment_type, coalesce(found.segment, '(unknown)') as segment
    from conversations
    cross join (select distinct segment_type from {{ ref('stg_lake__segments') }}) as types
    left join {{ ref('stg_lake__segments') }} as found
        on conversations.conversation_id = found.conversation_id and types.segment_type = found.segment_type
)
select conversation_key, 1 as segment_key from conversations
union all
select conversations.conversation_key, segments.segment_key
from conversations
inner join segments on segments.segment_type = 'product' and conversations.product = segments.segment
union all
select conversations.conversation_key, segments.segment_key
from conversations
inner join segments on segments.segment_type = 'model' and conversations.model = segments.segment
union all
select brought.conversation_key, segments.segment_key
from brought
inner join segments on brought.segment_type = segments.segment_type and brought.segment = segments.segment
