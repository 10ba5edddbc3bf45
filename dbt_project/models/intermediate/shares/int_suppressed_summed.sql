-- the row that stands for the hidden cells of a table: users are counted once
with hidden as (
    select * from {{ ref('int_cells_suppressed') }} where is_suppressed
),
users as (
    select h.period_key, h.segment_key, h.measure, h.parent_cell, h.is_withheld, d.footing, d.denominator_key, e.cluster_key,
        sum(e.weight_sum) as y, sum(e.conversation_count) as conversation_count
    from hidden as h
    inner join {{ ref('int_evidence_summed_to_periods') }} as e using (period_key, segment_key, cell_key)
    inner join {{ ref('int_denominators_listed') }} as d using (cell_key)
    group by all
)
select u.period_key, u.segment_key, u.measure, u.parent_cell, u.footing, u.denominator_key,
    bool_or(u.is_withheld) as is_withheld,
    sum(u.y) as numerator,
    least(sum(u.conversation_count)::bigint, any_value(t.n_conversations)) as n_conversations,
    count(*) filter (where u.cluster_key > 0) + max((u.cluster_key < 0)::int) as n_users,
    sum(u.y * u.y / nullif(1 - d.weight_sum / t.denominator, 0)) as yy,
    sum(u.y * d.weight_sum / nullif(1 - d.weight_sum / t.denominator, 0)) as yd
from users as u
inner join {{ ref('int_evidence_summed_to_periods') }} as d
    on u.period_key = d.period_key and u.segment_key = d.segment_key
    and u.cluster_key = d.cluster_key and u.denominator_key = d.cell_key
inner join {{ ref('int_denominators_summed') }} as t
    on u.period_key = t.period_key and u.segment_key = t.segment_key and u.denominator_key = t.denominator_key
group by u.period_key, u.segment_key, u.measure, u.parent_cell, u.footing, u.denominator_key
