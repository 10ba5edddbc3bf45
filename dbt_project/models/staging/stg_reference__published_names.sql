select
    facet,
    node_id,
    name,
    vintage,
    licence_id
from {{ source('reference', 'published_names') }}
