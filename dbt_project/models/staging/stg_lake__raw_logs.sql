select
    source,
    file_id,
    sha256,
    source_format,
    reader_version,
    settings_hash,
    status,
    reason,
    size_bytes,
    read_to_byte,
    record_count,
    conversation_count,
    rejected_count,
    duplicate_count,
    superseded_count,
    touched_weeks
from {{ source('lake', 'raw_logs') }}
