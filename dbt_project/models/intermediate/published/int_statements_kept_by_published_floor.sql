-- statements of this home, over all its weeks, that pass the floor under which releases publish tasks: 15 conversations
-- and 5 accounts (Handa et al. 2025); where nobody is known, conversations alone
with picks as (
    select distinct mappings.onet_version, mappings.node_id as statement, mappings.conversation_id
    from {{ ref('stg_lake__onet_task_mappings') }} as mappings
    where mappings.level = 'task' and mappings.weight > 0
)
select picks.onet_version, picks.statement,
    count(*) as conversation_count,
    count(distinct labelled.cluster_key) filter (where labelled.cluster_key > 0) as user_count
from picks
inner join {{ ref('int_conversations_labelled') }} as labelled using (conversation_id)
cross join {{ ref('int_floors_chosen') }} as floors
group by picks.onet_version, picks.statement, floors.are_users_logged
having count(*) >= {{ var('published_floor_conversations') }}
    and (not floors.are_users_logged
        or count(distinct labelled.cluster_key) filter (where labelled.cluster_key > 0) >= {{ var('published_floor_users') }})
