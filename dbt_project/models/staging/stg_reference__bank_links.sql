select
    bank_task_id,
    onet_version,
    statement_hash,
    task_id,
    weight,
    vintage,
    licence_id
from {{ source('reference', 'bank_links') }}
