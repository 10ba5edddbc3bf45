select
    file,
    source_name,
    locator,
    reason,
    detail
from {{ source('lake', 'users_rejected') }}
