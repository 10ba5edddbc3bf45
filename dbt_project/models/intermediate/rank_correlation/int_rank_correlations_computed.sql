-- Spearman's rank correlation of use with each value of occupations, average ranks for ties, in all (group 0) and
-- without each group; with exposure, which does not move, not for weeks and months
with listed as (
    select use.period_key, use.segment_key, use.group_number, occupations.with_what, use.weight, occupations.value
    from {{ ref('int_occupation_use_resampled') }} as use
    inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
    inner join {{ ref('int_occupation_values_listed') }} as occupations
        on described.onet_version = occupations.onet_version and use.onet_soc_code = occupations.onet_soc_code
    where occupations.with_what = 'median_wage' or periods.period_type not in ('week', 'month')
),
ranked as (
    select period_key, segment_key, group_number, with_what,
        rank() over by_use + (count(*) over (by_use range between current row and current row) - 1) / 2.0 as use_rank,
        rank() over by_value + (count(*) over (by_value range between current row and current row) - 1) / 2.0 as value_rank
    from listed
    -- ties are the rows of the same order: counted so, and not in windows of their own, each order is sorted once
    window
        by_use as (partition by period_key, segment_key, group_number, with_what order by weight),
        by_value as (partition by period_key, segment_key, group_number, with_what order by value)
)
select period_key, segment_key, group_number, with_what, count(*) as n_occupations,
    -- undefined where all ranks tie
    case when stddev_pop(use_rank) > 0 and stddev_pop(value_rank) > 0 then corr(use_rank::double, value_rank::double) end
        as rank_correlation
from ranked
group by period_key, segment_key, group_number, with_what
