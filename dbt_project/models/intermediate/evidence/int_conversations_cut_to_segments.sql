{{ config(materialized='view') }}
select conversation_key, unnest(segment_keys) as segment_key
from {{ ref('int_conversations_answered') }}
