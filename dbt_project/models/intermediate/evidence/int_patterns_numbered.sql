-- distinct pairs of mapping and pattern: what the measures within a SOC group follow from
with pairs as (
    select distinct mappings.mapping_key, labelled.collaboration, labelled.automation
    from {{ ref('int_conversations_labelled') }} as labelled
    inner join {{ ref('int_conversations_condensed') }} as condensed using (conversation_key)
    inner join {{ ref('int_mappings_numbered') }} as mappings
        on condensed.picks_hash = mappings.picks_hash and condensed.judged_soc_group = mappings.judged_soc_group
    union all
    select tasks.mapping_key, cells.collaboration, {{ mode_of('cells.collaboration') }}
    from {{ ref('int_published_cells_listed') }} as cells
    inner join {{ ref('int_published_tasks_numbered') }} as tasks using (onet_version, statement)
    where cells.collaboration is not null
    group by all
)
select mapping_key, collaboration, automation,
    cast(4 * row_number() over (order by mapping_key, collaboration) + 3 as integer) as patterns_key
from pairs
