-- one row: the floor of this home (method 3.5; conversations only where no user is known; none for one's own logs)
select
    coalesce(bool_and(audience = 'self'), false) as is_self,
    coalesce(bool_and(users = 'log'), true) as are_users_logged,
    coalesce(bool_or(is_time_assigned), false) as is_time_assigned,
    coalesce(bool_or(users = 'assigned'), false) as are_users_assigned,
    case when bool_and(audience = 'self') then 0 else coalesce(max(floor_conversations), 15) end as floor_conversations,
    case
        when bool_and(audience = 'self') or not bool_and(users = 'log') then 0
        else coalesce(max(floor_users), 5)
    end as floor_users
from {{ ref('stg_lake__sources') }}
