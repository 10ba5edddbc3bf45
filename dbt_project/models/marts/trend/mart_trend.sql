with shares as (
    {{ share_rows('soc_group', 'shares.measure, shares.cell, segment_key') }}
    union all
    {{ share_rows('collaboration', 'shares.measure, shares.cell, segment_key') }}
    union all
    {{ share_rows('automation', 'shares.measure, shares.cell, segment_key') }}
),
weeks as (
    select periods.period_start, described.segment_key,
        -- another engine than the week before, or more than one: a step here may be the engine's, not the work's
        described.engine = 'mixed' or described.engine is distinct from lag(described.engine, 1, described.engine) over (
            partition by described.segment_key order by periods.period_start
        ) as is_break,
        count(*) over (partition by described.segment_key) as week_count
    from {{ ref('int_segments_described') }} as described
    inner join {{ ref('int_periods_numbered') }} as periods using (period_key)
    where periods.period_type = 'week'
)
select
    shares.period_type, shares.period_start, shares.segment_type, shares.segment, shares.footing,
    shares.measure, shares.cell,
    {{ cell_label('shares.cell', 'groups.soc_group_title') }} as cell_label,
    {{ share_columns('shares') }},
    weeks.week_count >= 8 and not floors.is_time_assigned and not floors.are_users_assigned as is_trend_claimed,
    weeks.is_break
from shares
inner join weeks using (segment_key, period_start)
left join {{ ref('dim_soc_groups') }} as groups on shares.measure = 'soc_group' and shares.cell = groups.soc_group
cross join {{ ref('int_floors_chosen') }} as floors
where shares.period_type = 'week'
