select
    exposure_measure,
    soc_taxonomy,
    occupation_code,
    value,
    vintage,
    licence_id
from {{ source('reference', 'exposures') }}
