-- one row: the strictest floor of the sources whose conversations are here (method 3.5). A source that is declared no
-- more keeps the strictest of all; conversations only where no source names users; none for one's own logs alone
with present as (
    select distinct source from {{ ref('stg_lake__conversations') }}
),
sources as (
    select
        coalesce(declared.audience, 'organisation') as audience,
        coalesce(declared.users, 'log') as users,
        coalesce(declared.is_time_assigned, false) as is_time_assigned,
        coalesce(declared.floor_conversations, 15) as floor_conversations,
        coalesce(declared.floor_users, 5) as floor_users
    from present
    left join {{ ref('stg_lake__sources') }} as declared using (source)
)
select
    coalesce(bool_and(audience = 'self'), false) as is_self,
    coalesce(bool_or(audience = 'self'), false) as has_self_source,
    coalesce(bool_and(users = 'log'), true) as are_users_logged,
    coalesce(bool_or(is_time_assigned), false) as is_time_assigned,
    coalesce(bool_or(users = 'assigned'), false) as are_users_assigned,
    case when bool_and(audience = 'self') then 0 else coalesce(max(floor_conversations), 15) end as floor_conversations,
    case when bool_and(audience = 'self') then 0 else coalesce(max(floor_users), 5) end as floor_users
from sources
