-- one row per period, segment, cell and footing: sums over the users who are in the cell
with cells as (
    select e.period_key, e.segment_key, e.cell_key, e.cluster_key, e.weight_sum as y, e.conversation_count,
        d.footing, d.denominator_key
    from {{ ref('int_evidence_summed_to_periods') }} as e
    inner join {{ ref('int_denominators_listed') }} as d using (cell_key)
)
select period_key, segment_key, cell_key, footing, denominator_key,
    sum(y) as numerator,
    sum(conversation_count)::bigint as n_conversations,
    count(*) filter (where cluster_key > 0) + max((cluster_key < 0)::int) as n_users,
    max(y) as largest_user,
    sum(y * y * g) as yy,
    sum(y * d_u * g) as yd
from cells
inner join {{ ref('int_denominators_kept_by_user') }} using (period_key, segment_key, cluster_key, denominator_key)
group by period_key, segment_key, cell_key, footing, denominator_key
