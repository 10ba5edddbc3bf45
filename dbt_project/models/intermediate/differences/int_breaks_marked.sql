-- one row per measure and change of the last two periods: whether all of their weeks were answered alike. What another
-- model, head, prompt or bank answers differently is no change of the work
select pairs.measure, pairs.period_key_a, pairs.period_key_b,
    count(distinct versions.version) > 1 or coalesce(max(versions.version_count), 1) > 1 as is_break
from {{ ref('int_pairs_listed') }} as pairs
inner join {{ ref('int_periods_numbered') }} as weeks on weeks.period_key in (pairs.period_key_a, pairs.period_key_b)
left join {{ ref('int_versions_listed_in_weeks') }} as versions
    on pairs.measure = versions.measure and weeks.week_start = versions.week_start
where pairs.comparison = 'changes'
group by pairs.measure, pairs.period_key_a, pairs.period_key_b
