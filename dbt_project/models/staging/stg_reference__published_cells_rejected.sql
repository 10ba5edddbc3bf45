select
    file,
    line,
    reason,
    vintage,
    licence_id
from {{ source('reference', 'published_cells_rejected') }}
