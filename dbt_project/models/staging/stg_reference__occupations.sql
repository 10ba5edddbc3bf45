select
    soc_taxonomy,
    onet_soc_code,
    title,
    soc_group,
    vintage,
    licence_id
from {{ source('reference', 'occupations') }}
