select
    bank_task_id,
    label,
    bank_version,
    vintage,
    licence_id
from {{ source('reference', 'bank_tasks') }}
