select
    week_start,
    conversation_id,
    pick,
    level,
    node_id,
    bank_task_id,
    weight,
    confidence,
    state,
    algorithm,
    engine,
    model,
    model_hash,
    version,
    onet_version
from {{ source('lake', 'onet_task_mappings') }}
where week_start is not null
