select
    source,
    source_file_id,
    source_name,
    source_format,
    locator_kind,
    locator,
    reason,
    detail,
    native_id_hash,
    week_start
from {{ source('lake', 'conversations_rejected') }}
