select
    week_start,
    conversation_id,
    segment_type,
    segment
from {{ source('lake', 'segments') }}
where week_start is not null
