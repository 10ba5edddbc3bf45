-- one row per conversation, without text: what each figure can be derived from again
select
    conversation_id, week_start, product, model, source, surface, engine, weight, user_message_count,
    message_count, collaboration, automation, use_case, intent,
    is_occupational, language
from {{ ref('int_conversations_labelled') }}
