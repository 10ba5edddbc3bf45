-- one row per mapping and pick: the cell of the statement, and what is known where there is no statement
with picks as (
    select
        conversation_id,
        onet_version,
        level,
        node_id,
        bank_task_id,
        weight,
        case
            when state = 'not_occupational' then '_not_occupational'
            when state in ('refused', 'truncated', 'unparsable', 'over_budget', 'dead') then '_failed'
            when level = 'none' then '_none'
            when level = 'task' then node_id
            else '_unclassified'
        end as statement
    from {{ ref('stg_lake__onet_task_mappings') }}
),
bank as (  -- a pick of a bank task of several statements counts for usage, not for depth
    select bank_task_id, onet_version, count(distinct statement_hash) = 1 as is_alone
    from {{ ref('stg_reference__bank_links') }}
    group by bank_task_id, onet_version
)
select
    mappings.mapping_key,
    coalesce(picks.onet_version, '') as onet_version,
    coalesce(picks.statement, '_unclassified') as statement,
    case when picks.level in ('dwa', 'iwa') then picks.level end as activity_level,
    picks.node_id,
    case when picks.level = 'soc_group' then picks.node_id else nullif(mappings.judged_soc_group, '') end as coarse_soc_group,
    coalesce(picks.level = 'task' and (picks.bank_task_id is null or bank.is_alone), false) as is_alone,
    coalesce(picks.weight, 1) as part
from {{ ref('int_mappings_numbered') }} as mappings
left join picks using (conversation_id)
left join bank using (bank_task_id, onet_version)
union all
select mapping_key, onet_version, statement, null, statement, null, not {{ is_special('statement') }}, 1
from {{ ref('int_published_tasks_numbered') }}
