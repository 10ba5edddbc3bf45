with periods as (
    select distinct period_key, period_type, period_start from {{ ref('int_periods_numbered') }}
),
weeks as (
    select count(distinct week_start) as week_count from {{ ref('int_periods_numbered') }}
)
select
    differences.measure, differences.cell,
    {{ cell_label('differences.cell', 'groups.soc_group_title') }} as cell_label,
    later.period_type, later.period_start, earlier.period_start as previous_start,
    differences.share_a as share_before, differences.share_b as share_after,
    differences.share_difference, differences.share_difference_lo, differences.share_difference_hi,
    {{ verdict('differences.share_difference_lo', 'differences.share_difference_hi', 'grew', 'shrank') }} as verdict,
    -- weeks that were assigned have no order, and fewer than eight carry no trend (method 6); over a break the engine's
    -- doing is not told from the work's
    not floors.is_time_assigned and not floors.are_users_assigned and weeks.week_count >= 8
    and not coalesce(breaks.is_break, false) as is_claimed,
    coalesce(breaks.is_break, false) as is_break,
    differences.n_a as n_before, differences.n_b as n_after,
    described.engine
from {{ ref('int_differences_computed') }} as differences
inner join periods as earlier on differences.period_key_a = earlier.period_key
inner join periods as later on differences.period_key_b = later.period_key
inner join {{ ref('int_segments_described') }} as described
    on differences.period_key_b = described.period_key and differences.segment_key_b = described.segment_key
left join {{ ref('int_breaks_marked') }} as breaks
    on differences.measure = breaks.measure and differences.period_key_a = breaks.period_key_a
    and differences.period_key_b = breaks.period_key_b
left join {{ ref('dim_soc_groups') }} as groups
    on differences.measure = 'soc_group' and differences.cell = groups.soc_group
cross join weeks
cross join {{ ref('int_floors_chosen') }} as floors
where differences.comparison = 'changes'
