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
labels as (
    select week_start, conversation_key, measure, parent_cell, cell from {{ ref('int_labels_listed') }}
    union all
    select week_start, conversation_key, measure, parent_cell, cell from {{ ref('int_skills_listed') }}
),
conversations as (  -- a conversation in several hidden cells is one conversation
    select h.period_key, h.segment_key, h.measure, h.parent_cell,
        count(distinct labels.conversation_key)::bigint as n_conversations
    from labels
    inner join {{ ref('int_cells_numbered') }} as numbered using (measure, parent_cell, cell)
    inner join {{ ref('int_conversations_cut_to_segments') }} as cut using (conversation_key)
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    inner join {{ ref('int_cells_suppressed') }} as h
        on h.period_key = periods.period_key and h.segment_key = cut.segment_key and h.cell_key = numbered.cell_key
    where h.is_suppressed
    group by h.period_key, h.segment_key, h.measure, h.parent_cell
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
    coalesce(conversations.n_conversations, summed.conversation_count) as n_conversations
from summed
left join conversations using (period_key, segment_key, measure, parent_cell)
