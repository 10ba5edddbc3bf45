select
    onet_version,
    statement_hash,
    statement,
    vintage,
    licence_id
from {{ source('reference', 'onet_statements') }}
