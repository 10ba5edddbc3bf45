-- Spearman's rank correlation of wage and use, average ranks for ties, in all (group 0) and without each group
with ranked as (
    select period_key, segment_key, group_number,
        rank() over by_use + (count(*) over same_use - 1) / 2.0 as use_rank,
        rank() over by_wage + (count(*) over same_wage - 1) / 2.0 as wage_rank
    from {{ ref('int_occupation_use_resampled') }}
    window
        by_use as (partition by period_key, segment_key, group_number order by weight),
        same_use as (partition by period_key, segment_key, group_number, weight),
        by_wage as (partition by period_key, segment_key, group_number order by median_wage),
        same_wage as (partition by period_key, segment_key, group_number, median_wage)
)
select period_key, segment_key, group_number, count(*) as n_occupations,
    -- undefined where all ranks tie
    case when stddev_pop(use_rank) > 0 and stddev_pop(wage_rank) > 0 then corr(use_rank::double, wage_rank::double) end
        as rank_correlation
from ranked
group by period_key, segment_key, group_number
