with shares as (
    {{ share_rows('statement', 'shares.cell as statement_hash') }}
),
labels as (
    select statement_hash, task_label, label_source, soc_group from {{ ref('dim_tasks') }}
)
select
    shares.period_type, shares.period_start, shares.segment_type, shares.segment, shares.footing,
    shares.statement_hash,
    coalesce(labels.task_label, shares.statement_hash) as task_label,
    coalesce(labels.label_source, 'special') as label_source,
    labels.soc_group,
    {{ share_columns('shares') }}
from shares
left join labels using (statement_hash)
