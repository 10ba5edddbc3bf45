-- one row per period, segment, denominator and user: what the user adds to it, and their leverage correction
select
    users.period_key, users.segment_key, users.cell_key as denominator_key, users.cluster_key,
    users.weight_sum as d_u,
    1 / nullif(1 - users.weight_sum / totals.denominator, 0) as g
from {{ ref('int_evidence_summed_to_periods') }} as users
inner join {{ ref('int_denominators_summed') }} as totals
    on users.period_key = totals.period_key and users.segment_key = totals.segment_key
    and users.cell_key = totals.denominator_key
