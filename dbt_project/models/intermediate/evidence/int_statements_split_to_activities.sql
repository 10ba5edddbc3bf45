-- equal parts to the activities of a statement's tasks, as its occupations get equal parts
with links as (
    select distinct tasks.onet_version, tasks.statement_hash, activities.dwa_id
    from {{ ref('stg_reference__onet_tasks') }} as tasks
    inner join {{ ref('stg_reference__task_activities') }} as activities using (onet_version, task_id)
)
select links.onet_version, links.statement_hash, links.dwa_id, above.iwa_id, above.gwa_id,
    1.0::double / count(*) over (partition by links.onet_version, links.statement_hash) as activity_weight
from links
inner join {{ ref('stg_reference__activities') }} as above using (dwa_id)
