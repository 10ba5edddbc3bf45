with keys as (
    select period_key, segment_key, method, draw_size, draw_floor, statistic, value
    from {{ ref('int_depth_figures_computed') }}
    where group_number = 0
),
replicates as (
    -- a group's part is of what is drawn: of conversations, or of users
    select keys.* exclude (value), keys.value as whole_value, units.part, figures.value as value_left
    from keys
    inner join {{ ref('int_units_counted_in_replicates') }} as units
        on keys.period_key = units.period_key and keys.segment_key = units.segment_key and units.group_number > 0
        and units.unit = case keys.method when 'conversations' then 'conversations' else 'users' end
    left join {{ ref('int_depth_figures_computed') }} as figures
        on figures.group_number = units.group_number
        {%- for key in ['period_key', 'segment_key', 'method', 'draw_size', 'draw_floor', 'statistic'] %}
        and keys.{{ key }} = figures.{{ key }}
        {%- endfor %}
),
jackknife as (
    {{ jackknife_over_groups('replicates', ['period_key', 'segment_key', 'method', 'draw_size', 'draw_floor', 'statistic']) }}
),
halves as (
    select keys.*, jackknife.df,
        -- groups that all say the same say nothing of how users differ
        case when jackknife.sd > 1e-12 then jackknife.sd * {{ t_quantile('jackknife.df') }} end as half_width
    from keys
    left join jackknife using (period_key, segment_key, method, draw_size, draw_floor, statistic)
),
evidence as (
    select period_key, segment_key, max(unit_count) filter (where unit = 'users') as user_count
    from {{ ref('int_units_counted_in_replicates') }}
    where group_number = 0
    group by period_key, segment_key
),
conversations as (
    select totals.period_key, totals.segment_key, totals.n_conversations
    from {{ ref('int_denominators_totalled') }} as totals
    inner join {{ ref('int_cells_numbered') }} as cells on totals.denominator_key = cells.cell_key
    where cells.measure = 'statement_alone' and cells.cell = '_all'
)
select
    periods.period_type, periods.period_start, segments.segment_type, segments.segment,
    halves.method, halves.draw_size, halves.draw_floor, halves.statistic, halves.value,
    case when halves.half_width is not null then greatest(0, halves.value - halves.half_width) end as value_lo,
    case when halves.half_width is not null then least(1, halves.value + halves.half_width) end as value_hi,
    case when halves.half_width is not null then halves.df end as df,
    case
        when halves.half_width is not null then 'grouped jackknife over users'
        when segments.segment_type = 'published' then 'none: the release names no users'
        when segments.segment_type <> 'all' or periods.period_type <> 'all' then 'none: only for all conversations'
        else 'none: too few are left without a group, or all groups say the same'
    end as interval_method,
    'process' as interval_target,
    conversations.n_conversations,
    case when floors.are_users_logged then evidence.user_count end as n_users,
    described.cluster_unit,
    described.engine in ('local', 'mixed') as is_within_bank_reach,
    described.engine, described.onet_version
from halves
inner join conversations using (period_key, segment_key)
inner join evidence using (period_key, segment_key)
inner join {{ ref('int_periods_listed') }} as periods
    using (period_key)
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
cross join {{ ref('int_floors_chosen') }} as floors
