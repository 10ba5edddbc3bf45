select
    from_taxonomy,
    from_code,
    to_taxonomy,
    to_code,
    weight,
    is_ambiguous,
    vintage,
    licence_id
from {{ source('reference', 'crosswalks') }}
