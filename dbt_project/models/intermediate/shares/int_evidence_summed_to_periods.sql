-- users do not add up: each period is computed from its weeks' rows
select
    periods.period_key, evidence.segment_key, evidence.cell_key, evidence.cluster_key,
    sum(evidence.weight_sum) as weight_sum,
    sum(evidence.weight_square_sum) as weight_square_sum,
    sum(evidence.conversation_count)::bigint as conversation_count
from {{ ref('int_evidence') }} as evidence
inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
group by periods.period_key, evidence.segment_key, evidence.cell_key, evidence.cluster_key
