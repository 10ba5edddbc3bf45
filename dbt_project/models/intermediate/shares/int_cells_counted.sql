-- one row per period, segment, cell and footing: sums over the users who are in the cell
with joined as (
    select e.period_key, e.segment_key, e.cell_key, d.footing, d.denominator_key, e.cluster_key,
        e.weight_sum as y, e.conversation_count, u.weight_sum as d_u,
        1 / nullif(1 - u.weight_sum / t.denominator, 0) as g
    from {{ ref('int_evidence_summed_to_periods') }} as e
    inner join {{ ref('int_denominators_listed') }} as d using (cell_key)
    inner join {{ ref('int_evidence_summed_to_periods') }} as u
        on e.period_key = u.period_key and e.segment_key = u.segment_key
        and e.cluster_key = u.cluster_key and d.denominator_key = u.cell_key
    inner join {{ ref('int_denominators_summed') }} as t
        on e.period_key = t.period_key and e.segment_key = t.segment_key and d.denominator_key = t.denominator_key
)
select period_key, segment_key, cell_key, footing, denominator_key,
    sum(y) as numerator,
    sum(conversation_count)::bigint as n_conversations,
    count(*) filter (where cluster_key > 0) + max((cluster_key < 0)::int) as n_users,
    max(y) as largest_user,
    sum(y * y * g) as yy, sum(y * d_u * g) as yd
from joined
group by period_key, segment_key, cell_key, footing, denominator_key
