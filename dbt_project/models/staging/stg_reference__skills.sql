select
    onet_version,
    onet_soc_code,
    skill,
    importance,
    level,
    is_level_relevant,
    needed_share,
    via,
    vintage,
    licence_id
from {{ source('reference', 'skills') }}
