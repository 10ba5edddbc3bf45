-- one row per segment: the floor that it keeps. A segment that came with people's attributes tells more of each of them
-- than a product does: it needs more users (method 3.5)
with kinds as (
    select segment_key, segment_type, {{ is_brought('segment_type') }} as is_brought
    from {{ ref('int_segments_numbered') }}
)
select kinds.segment_key, kinds.is_brought, floors.is_self, floors.floor_conversations,
    -- no floor of users where there is none for all
    case
        when floors.floor_users = 0 or not kinds.is_brought then floors.floor_users
        else greatest(floors.floor_users, case kinds.segment_type
            {% for segment_type, floor in var('attribute_floor_users_by_type').items() %}when '{{ segment_type }}' then {{ floor }} {% endfor %}
            when '' then 0 else {{ var('attribute_floor_users') }}
        end)
    end as floor_users
from kinds
cross join {{ ref('int_floors_chosen') }} as floors
