select
    release || ' ' || platform as segment, release, platform,
    min(window_start) as window_start,
    max(onet_version) as onet_version,
    max(floor_conversations) as floor_conversations,
    max(floor_users) as floor_users
from {{ ref('stg_reference__published_cells') }}
where facet = 'onet_task' and geography = 'global' and conversation_count is not null
group by release, platform
