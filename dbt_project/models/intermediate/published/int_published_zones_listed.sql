select release, platform, variable, node_id, value
from {{ ref('stg_reference__published_cells') }}
where facet = 'job_zone'
