with shares as (
    {{ share_rows('soc_group', 'shares.measure, shares.cell, segment_key') }}
    union all
    {{ share_rows('collaboration', 'shares.measure, shares.cell, segment_key') }}
    union all
    {{ share_rows('automation', 'shares.measure, shares.cell, segment_key') }}
),
described_weeks as (
    select periods.period_start, described.segment_key, measures.measure,
        described.engine = 'mixed' or coalesce(versions.version_count > 1, false) as is_mixed,
        -- engine, model, its weights, and the version of head, prompt or bank
        concat_ws(' ', described.engine, versions.version) as answered_by,
        count(*) over (partition by described.segment_key, measures.measure) as week_count
    from {{ ref('int_segments_described') }} as described
    inner join {{ ref('int_periods_numbered') }} as periods using (period_key)
    cross join (select unnest(['soc_group', 'collaboration', 'automation']) as measure) as measures
    left join {{ ref('int_versions_listed_in_weeks') }} as versions
        on periods.period_start = versions.week_start and measures.measure = versions.measure
    where periods.period_type = 'week'
),
weeks as (
    select period_start, segment_key, measure, week_count,
        -- not answered as the week before was, or in more than one way: a step here may be the engine's, not the work's
        is_mixed or answered_by is distinct from lag(answered_by, 1, answered_by) over (
            partition by segment_key, measure order by period_start
        ) as is_break
    from described_weeks
)
select
    shares.period_type, shares.period_start, shares.segment_type, shares.segment, shares.footing,
    shares.measure, shares.cell,
    {{ cell_label('shares.cell', 'groups.soc_group_title') }} as cell_label,
    {{ share_columns('shares') }},
    weeks.week_count >= 8 and not floors.is_time_assigned and not floors.are_users_assigned as is_trend_claimed,
    weeks.is_break
from shares
inner join weeks using (segment_key, period_start, measure)
left join {{ ref('dim_soc_groups') }} as groups on shares.measure = 'soc_group' and shares.cell = groups.soc_group
cross join {{ ref('int_floors_chosen') }} as floors
where shares.period_type = 'week'
