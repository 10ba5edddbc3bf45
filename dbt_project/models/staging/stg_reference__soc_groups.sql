select
    soc_group,
    title,
    vintage,
    licence_id
from {{ source('reference', 'soc_groups') }}
