select
    dwa_id,
    iwa_id,
    gwa_id,
    gwa_name,
    vintage,
    licence_id
from {{ source('reference', 'activities') }}
