-- users do not add up: each period is computed from its weeks' rows
with evidence as (
    select periods.period_key, periods.period_type, evidence.segment_key, evidence.cell_key, evidence.cluster_key,
        evidence.weight_sum, evidence.weight_square_sum, evidence.conversation_count
    from {{ ref('int_evidence') }} as evidence
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
)
select period_key, segment_key, cell_key, cluster_key, weight_sum, weight_square_sum,
    conversation_count::bigint as conversation_count
from evidence
where period_type = 'week'
union all
select period_key, segment_key, cell_key, cluster_key, sum(weight_sum) as weight_sum,
    sum(weight_square_sum) as weight_square_sum, sum(conversation_count)::bigint as conversation_count
from evidence
where period_type <> 'week'
group by period_key, segment_key, cell_key, cluster_key
