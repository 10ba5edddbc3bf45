select isco_group, len(isco_group)::integer as isco_level, title as isco_group_title
from {{ ref('stg_reference__isco_groups') }}
