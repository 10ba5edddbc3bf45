select
    country,
    currency,
    year,
    soc_taxonomy,
    occupation_code,
    employment,
    employment_rse,
    median_wage,
    mean_wage,
    is_top_coded,
    vintage,
    licence_id
from {{ source('reference', 'labour_market') }}
