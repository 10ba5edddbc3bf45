select
    onet_version,
    statement_hash,
    onet_soc_code,
    task_id,
    task_type,
    vintage,
    licence_id
from {{ source('reference', 'onet_tasks') }}
