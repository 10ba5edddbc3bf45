{{ config(materialized='view') }}
-- skills exhibited (asked of the conversation) and needed (of the assigned occupation): never mixed
with exhibited as (
    select c.week_start, c.conversation_key, c.cluster_key, c.weight,
        case
            when f.skills_state = 'answered' and len(f.skills) = 0 then ['_none']
            when f.skills_state = 'answered' then f.skills
            else [{{ cell_of('f.skills', "''") }}]
        end as skills
    from {{ ref('int_conversations_labelled') }} as c
    inner join {{ ref('stg_lake__facet_summaries') }} as f using (conversation_id)
    -- where nobody is asked there is no measure; else every conversation is accounted for
    where exists (select 1 from {{ ref('stg_lake__facet_summaries') }} where skills_state <> 'not_asked')
),
needs as (
    select onet_version, onet_soc_code, skill, needed_share
    from {{ ref('stg_reference__skills') }}
    where needed_share > 0
)
select week_start, conversation_key, cluster_key, 'skills' as measure, '' as parent_cell, unnest(skills) as cell, weight
from exhibited
union all
select o.week_start, o.conversation_key, o.cluster_key, 'skills_needed', '',
    case when {{ is_special('o.occupation') }} then o.occupation else coalesce(needs.skill, '_unmapped') end,
    sum(o.weight * coalesce(needs.needed_share, 1))
from {{ ref('int_occupations_assigned') }} as o
left join needs on o.onet_version = needs.onet_version and o.occupation = needs.onet_soc_code
group by all
