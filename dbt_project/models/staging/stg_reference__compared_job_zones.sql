select
    zone_source,
    onet_soc_code,
    job_zone,
    weight,
    vintage,
    licence_id
from {{ source('reference', 'compared_job_zones') }}
