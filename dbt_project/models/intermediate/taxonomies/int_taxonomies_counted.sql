-- what each O*NET version lists, and how many of its task ids live on in the newest with the same text or another
with newest as (
    select task_id, statement_hash
    from {{ ref('stg_reference__onet_tasks') }}
    where onet_version = (select max(onet_version) from {{ ref('stg_reference__onet_tasks') }})
)
select tasks.onet_version,
    count(*) as task_count,
    count(distinct tasks.statement_hash) as statement_count,
    count(distinct tasks.onet_soc_code) as occupation_count,
    count(newest.task_id) as surviving_task_count,
    count(*) filter (where newest.statement_hash <> tasks.statement_hash) as reworded_task_count
from {{ ref('stg_reference__onet_tasks') }} as tasks
left join newest using (task_id)
group by tasks.onet_version
