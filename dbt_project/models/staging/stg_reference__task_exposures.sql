select
    exposure_measure,
    onet_version,
    statement_hash,
    task_id,
    value,
    vintage,
    licence_id
from {{ source('reference', 'task_exposures') }}
