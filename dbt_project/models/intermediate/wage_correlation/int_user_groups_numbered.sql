-- users of a period in at most 50 groups of a fixed rule, each left out once (grouped jackknife; method 5.8)
with users as (
    select evidence.period_key, evidence.segment_key, evidence.cluster_key, evidence.weight_sum
    from {{ ref('int_evidence_summed_to_periods') }} as evidence
    inner join {{ ref('int_cells_numbered') }} as cells using (cell_key)
    inner join {{ ref('int_periods_numbered') }} as periods using (period_key)
    where cells.measure = 'occupation' and cells.cell = '_classified' and evidence.segment_key = 1
        -- a user unknown is in no group: two builds would not draw the same
        and evidence.cluster_key > 0 and periods.period_type <> 'week'
    group by all
)
select period_key, segment_key, cluster_key,
    1 + (row_number() over (partition by period_key, segment_key order by cluster_key) - 1) % 50 as group_number,
    weight_sum
from users
