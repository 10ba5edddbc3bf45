select
    onet_version,
    task_id,
    dwa_id,
    via,
    vintage,
    licence_id
from {{ source('reference', 'task_activities') }}
