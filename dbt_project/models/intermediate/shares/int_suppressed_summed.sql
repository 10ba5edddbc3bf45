-- the row that stands for the hidden cells of a table: users are counted once
with users as (
    select h.period_key, h.segment_key, h.measure, h.parent_cell, h.is_withheld, d.footing, d.denominator_key,
        e.cluster_key, sum(e.weight_sum) as y, sum(e.conversation_count) as conversation_count
    from {{ ref('int_cells_suppressed') }} as h
    inner join {{ ref('int_evidence_summed_to_periods') }} as e using (period_key, segment_key, cell_key)
    inner join {{ ref('int_denominators_listed') }} as d using (cell_key)
    where h.is_suppressed
    group by all
),
summed as (
    select u.period_key, u.segment_key, u.measure, u.parent_cell, u.footing, u.denominator_key,
        bool_or(u.is_withheld) as is_withheld,
        sum(u.y) as numerator,
        sum(u.conversation_count)::bigint as conversation_count,
        count(*) filter (where u.cluster_key > 0) + max((u.cluster_key < 0)::int) as n_users,
        sum(u.y * u.y * d.g) as yy,
        sum(u.y * d.d_u * d.g) as yd
    from users as u
    inner join {{ ref('int_denominators_kept_by_user') }} as d
        using (period_key, segment_key, cluster_key, denominator_key)
    group by u.period_key, u.segment_key, u.measure, u.parent_cell, u.footing, u.denominator_key
)
select summed.* exclude (conversation_count),
    -- a conversation in several hidden cells is one conversation
    least(summed.conversation_count, totals.n_conversations) as n_conversations
from summed
inner join {{ ref('int_denominators_summed') }} as totals using (period_key, segment_key, denominator_key)
