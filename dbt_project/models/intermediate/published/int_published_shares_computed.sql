-- shares of the published releases by group, pattern and mode, without special cells, by the same 1/n split
with cells as (
    select release, facet, node_id, value, total_conversation_count, onet_version
    from {{ ref('stg_reference__published_cells') }}
    where geography = 'global' and variable = 'share' and node_id <> 'none'
),
labelled as (
    select cells.release, 'soc_group' as measure, split.soc_group as cell, cells.total_conversation_count,
        cells.value * split.occupation_weight as value
    from cells
    inner join {{ ref('int_statements_split_to_occupations') }} as split
        on cells.onet_version = split.onet_version and cells.node_id = split.statement_hash
    where cells.facet = 'task'
    union all
    select release, 'collaboration', node_id, total_conversation_count, value
    from cells
    where facet = 'collaboration'
    union all
    select release, 'automation',
        case when node_id in ('directive', 'feedback_loop') then 'automation' else 'augmentation' end,
        total_conversation_count, value
    from cells
    where facet = 'collaboration'
),
summed as (
    select release, measure, cell, sum(value) as value, any_value(total_conversation_count) as total_conversation_count
    from labelled
    group by release, measure, cell
)
select release, measure, cell,
    value / sum(value) over (partition by release, measure) as published_share,
    -- the conversations that these cells stand for
    round(total_conversation_count * sum(value) over (partition by release, measure))::bigint as n_published
from summed
