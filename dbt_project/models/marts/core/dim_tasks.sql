with tasks as (
    select onet_version, statement_hash, min(task_id) as task_id, min(onet_soc_code) as onet_soc_code
    from {{ ref('stg_reference__onet_tasks') }}
    where onet_version = (select max(onet_version) from {{ ref('stg_lake__onet_task_mappings') }})
    group by onet_version, statement_hash
),
groups as (  -- the group of most of the occupations that list it
    select onet_version, statement_hash, arg_min(soc_group, (-listing_count, soc_group)) as soc_group
    from (
        select onet_version, statement_hash, soc_group, count(*) as listing_count
        from {{ ref('int_statements_split_to_occupations') }}
        group by onet_version, statement_hash, soc_group
    ) as counted
    group by onet_version, statement_hash
),
bank as (  -- the bank's words, of the bank task that gives the statement most
    select links.onet_version, links.statement_hash, arg_max(tasks.label, links.weight) as label
    from {{ ref('stg_reference__bank_links') }} as links
    inner join {{ ref('stg_reference__bank_tasks') }} as tasks using (bank_task_id)
    group by links.onet_version, links.statement_hash
),
titles as (
    select onet_soc_code, min(title) as title from {{ ref('stg_reference__occupations') }} group by onet_soc_code
)
select
    tasks.statement_hash,
    tasks.onet_version,
    coalesce(statements.statement, bank.label, titles.title || ', task ' || tasks.task_id) as task_label,
    case
        when statements.statement is not null then 'onet'
        when bank.label is not null then 'bank'
        else 'id'
    end as label_source,
    groups.soc_group
from tasks
left join groups using (onet_version, statement_hash)
left join bank using (onet_version, statement_hash)
left join {{ ref('stg_reference__onet_statements') }} as statements using (onet_version, statement_hash)
left join titles using (onet_soc_code)
