-- the six largest groups, their ten largest occupations, and the ten largest tasks of each group
with groups as (
    select *, soc_group as node_id, null::varchar as parent_id, soc_group_title as node_label, 6 as node_limit, 'soc_group' as level,
        null::varchar as label_source
    from {{ ref('mart_soc_groups') }}
    where not {{ is_special('soc_group') }}
),
occupations as (
    select *, onet_soc_code as node_id, soc_group as parent_id, title as node_label, 10 as node_limit, 'occupation' as level,
        null::varchar as label_source
    from {{ ref('mart_occupations') }}
    where not {{ is_special('onet_soc_code') }}
),
tasks as (
    select *, statement_hash as node_id, soc_group as parent_id, task_label as node_label, 10 as node_limit, 'task' as level
    from {{ ref('mart_tasks') }}
    where not {{ is_special('statement_hash') }}
),
nodes as (
    {% for relation in ['groups', 'occupations', 'tasks'] %}
    select period_type, period_start, segment_type, segment, footing, level, node_id, parent_id, node_label, label_source,
        node_limit, {{ share_columns(relation) }}
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),
ranked as (
    select *,
        row_number() over (
            partition by period_type, period_start, segment_type, segment, footing, level, parent_id
            order by usage_share desc, node_id
        ) as node_rank
    from nodes
),
largest as (
    select period_type, period_start, segment_type, segment, footing, node_id
    from ranked
    where level = 'soc_group' and node_rank <= node_limit
)
select
    ranked.period_type, ranked.period_start, ranked.segment_type, ranked.segment, ranked.footing,
    ranked.level, ranked.node_id, ranked.parent_id, ranked.node_label, ranked.label_source,
    ranked.node_rank,
    {{ share_columns('ranked') }}
from ranked
inner join largest
    on ranked.period_type = largest.period_type and ranked.period_start = largest.period_start
    and ranked.segment_type = largest.segment_type and ranked.segment = largest.segment
    and ranked.footing = largest.footing and coalesce(ranked.parent_id, ranked.node_id) = largest.node_id
where ranked.node_rank <= ranked.node_limit
