select
    week_start,
    conversation_id,
    reason,
    detail,
    attempt_count
from {{ source('lake', 'facet_summaries_rejected') }}
where week_start is not null
