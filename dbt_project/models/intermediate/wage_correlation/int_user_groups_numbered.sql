-- users of a period in at most 50 groups of a fixed rule, each left out once (grouped jackknife; method 5.8)
with periods as (
    select distinct period_key from {{ ref('int_periods_numbered') }} where period_type <> 'week'
)
select users.period_key, users.segment_key, users.cluster_key,
    1 + (row_number() over (
        partition by users.period_key, users.segment_key order by users.cluster_key
    ) - 1) % 50 as group_number,
    users.d_u as weight_sum
from {{ ref('int_denominators_kept_by_user') }} as users
inner join periods using (period_key)
inner join {{ ref('int_cells_numbered') }} as cells on users.denominator_key = cells.cell_key
where cells.measure = 'occupation' and cells.cell = '_classified' and users.segment_key = 1
    and users.cluster_key > 0  -- a user unknown is in no group: two builds would not draw the same
