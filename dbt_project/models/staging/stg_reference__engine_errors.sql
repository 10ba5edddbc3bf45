select
    engine,
    model_hash,
    facet,
    predicted,
    settled,
    n
from {{ source('reference', 'engine_errors') }}
