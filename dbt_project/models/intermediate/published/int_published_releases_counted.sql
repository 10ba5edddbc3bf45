-- what stands behind each published segment: its cells, its conversations, and the rows of its join to occupations
with tasks as (
    select cells.segment, cells.statement, cells.conversation_count,
        count(split.onet_soc_code) as occupation_count
    from {{ ref('int_published_cells_listed') }} as cells
    left join {{ ref('int_statements_split_to_occupations') }} as split
        on cells.onet_version = split.onet_version and cells.statement = split.statement_hash
    where cells.facet = 'onet_task'
    group by cells.segment, cells.statement, cells.conversation_count
),
occupations as (
    select cells.segment, count(distinct split.onet_soc_code) as used_occupation_count
    from {{ ref('int_published_cells_listed') }} as cells
    inner join {{ ref('int_statements_split_to_occupations') }} as split
        on cells.onet_version = split.onet_version and cells.statement = split.statement_hash
    where cells.facet = 'onet_task'
    group by cells.segment
),
patterns as (
    select segment, sum(conversation_count)::bigint as pattern_conversation_count
    from {{ ref('int_published_cells_listed') }}
    where facet = 'collaboration'
    group by segment
),
summed as (
    select segment,
        count(*) as task_cell_count,
        -- a task that matches no statement is a row of the join too
        sum(greatest(occupation_count, 1))::bigint as joined_row_count,
        sum(conversation_count)::bigint as conversation_count,
        min(conversation_count) as smallest_cell
    from tasks
    group by segment
)
select summed.*, occupations.used_occupation_count, patterns.pattern_conversation_count
from summed
inner join occupations using (segment)
left join patterns using (segment)
