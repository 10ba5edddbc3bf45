-- published cells that stand for a known number of conversations, in the words of our own cells: they enter the
-- evidence at the statement, before any split to occupations, and are never floored again
with cells as (
    select
        release || ' ' || platform as segment,
        facet,
        case facet when 'collaboration' then null else split_part(node_id, '::', 1) end as task,
        case facet when 'onet_task' then null else split_part(node_id, '::', -1) end as label,
        onet_version, conversation_count, total_conversation_count
    from {{ ref('stg_reference__published_cells') }}
    where geography = 'global' and conversation_count is not null
        and facet in ('onet_task', 'collaboration', 'onet_task::collaboration')
),
withheld as (  -- what a file withholds is in its denominator
    select segment, facet, any_value(total_conversation_count) - sum(conversation_count)::bigint as conversation_count
    from cells
    where facet = 'collaboration'
    group by segment, facet
),
all_cells as (
    select segment, facet, task, label, onet_version, conversation_count from cells
    union all
    select segment, facet, null, 'not_classified', null, conversation_count from withheld where conversation_count > 0
)
select segment, facet, onet_version,
    case task when 'none' then '_none' when 'not_classified' then '_unclassified' else task end as statement,
    case label when 'none' then '_none' when 'not_classified' then '_unclassified' else label end as collaboration,
    sum(conversation_count)::bigint as conversation_count
from all_cells
group by all
