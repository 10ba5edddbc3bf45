select
    occupation_code,
    soc_group,
    headcount,
    vintage,
    licence_id
from {{ source('reference', 'headcounts') }}
