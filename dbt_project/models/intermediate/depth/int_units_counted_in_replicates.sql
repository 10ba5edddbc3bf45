-- what can be drawn of, conversations or known users: all there are (group 0), and all but those of each group
with segments as (
    select described.period_key, described.segment_key, periods.period_type
    from {{ ref('int_segments_described') }} as described
    inner join {{ ref('int_segments_numbered') }} as named using (segment_key)
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
    where named.segment_type in ('all', 'product', 'model', 'published')
),
wholes as (
    -- N is all that came in: a conversation of no task can be drawn too
    select segments.period_key, segments.segment_key, 'conversations' as unit, totals.n_conversations as unit_count
    from segments
    inner join {{ ref('int_denominators_totalled') }} as totals using (period_key, segment_key)
    inner join {{ ref('int_cells_numbered') }} as cells on totals.denominator_key = cells.cell_key
    where cells.measure = 'statement_alone' and cells.cell = '_all' and segments.period_type in ('all', 'window')
    union all
    -- shorter periods by users alone: that is what compares in time
    select segments.period_key, segments.segment_key, 'users', count(*)
    from segments
    inner join {{ ref('int_users_summed_to_periods') }} as users using (period_key, segment_key)
    where users.cluster_key > 0 and segments.period_type in ('all', 'quarter', 'month')
    group by segments.period_key, segments.segment_key
),
left_out as (
    select period_key, segment_key, group_number,
        unnest(['conversations', 'users']) as unit, unnest([sum(conversation_count), count(*)])::bigint as unit_count
    from {{ ref('int_users_grouped_in_depth') }}
    group by period_key, segment_key, group_number
)
select period_key, segment_key, 0::bigint as group_number, unit, unit_count, null::double as part from wholes
union all
select wholes.period_key, wholes.segment_key, left_out.group_number, wholes.unit,
    wholes.unit_count - left_out.unit_count,
    left_out.unit_count / sum(left_out.unit_count) over (partition by wholes.period_key, wholes.segment_key, wholes.unit)
from left_out
inner join wholes using (period_key, segment_key, unit)
