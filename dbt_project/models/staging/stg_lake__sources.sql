select
    source,
    product,
    users,
    audience,
    floor_conversations,
    floor_users,
    is_time_assigned
from {{ source('lake', 'sources') }}
