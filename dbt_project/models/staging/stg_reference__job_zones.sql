select
    onet_version,
    onet_soc_code,
    job_zone,
    via,
    vintage,
    licence_id
from {{ source('reference', 'job_zones') }}
