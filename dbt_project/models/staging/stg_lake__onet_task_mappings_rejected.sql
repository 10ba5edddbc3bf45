select
    week_start,
    conversation_id,
    reason,
    detail,
    attempt_count
from {{ source('lake', 'onet_task_mappings_rejected') }}
where week_start is not null
