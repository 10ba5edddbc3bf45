select
    isco_group,
    title,
    vintage,
    licence_id
from {{ source('reference', 'isco_groups') }}
