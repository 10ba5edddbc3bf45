select 'gwa' as activity_level, gwa_id as activity_id, gwa_id, gwa_name
from {{ ref('stg_reference__activities') }}
union
select 'iwa', iwa_id, gwa_id, gwa_name
from {{ ref('stg_reference__activities') }}
union all
select 'dwa', dwa_id, gwa_id, gwa_name
from {{ ref('stg_reference__activities') }}
