select
    home.conversations,
    case when floors.are_users_logged then home.users end as users,
    home.is_user_assigned,
    home.first_week,
    home.last_week,
    home.sources,
    home.rejected_records,
    home.engine,
    home.model,
    home.model_hash,
    case when floors.is_self then 'self' else 'organisation' end as audience,
    floors.has_self_source,
    floors.is_time_assigned,
    floors.floor_conversations,
    floors.floor_users
from {{ ref('int_home_counted') }} as home
cross join {{ ref('int_floors_chosen') }} as floors
