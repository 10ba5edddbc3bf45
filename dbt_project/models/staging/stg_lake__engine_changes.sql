select
    week_start,
    facet,
    change_number,
    old_engine,
    old_model,
    old_model_hash,
    old_version,
    new_engine,
    new_model,
    new_model_hash,
    new_version,
    user_group,
    user_count,
    unknown_count,
    old_label,
    new_label,
    conversation_count
from {{ source('lake', 'engine_changes') }}
where week_start is not null
