select
    hierarchy_id,
    onet_version,
    kind,
    sentences_hash,
    level,
    node_id,
    parent_id,
    name,
    child_count,
    leaf_count,
    engine,
    model,
    version
from {{ source('reference', 'task_hierarchy') }}
