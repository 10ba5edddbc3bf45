-- mean depth where the users drawn first cover 80 and 90 % of their tasks; null where all of them do not cover so much
with steps as (
    select period_key, segment_key, group_number, draw_size, coverage, depth_share,
        lead(coverage) over by_size as next_coverage, lead(depth_share) over by_size as next_depth_share
    from {{ ref('int_coverages_computed') }}
    window by_size as (partition by period_key, segment_key, group_number order by draw_size)
),
targets as (
    select unnest([0.8, 0.9])::double as coverage
),
crossed as (
    select steps.period_key, steps.segment_key, steps.group_number, targets.coverage,
        steps.depth_share + least(1, (targets.coverage - steps.coverage) / (steps.next_coverage - steps.coverage))
            * (steps.next_depth_share - steps.depth_share) as depth_share
    from steps
    -- a coverage that is reached but for rounding is reached
    inner join targets
        on steps.coverage < targets.coverage - 1e-9 and steps.next_coverage >= targets.coverage - 1e-9
    qualify row_number() over (
        partition by steps.period_key, steps.segment_key, steps.group_number, targets.coverage order by steps.draw_size
    ) = 1
)
select replicates.period_key, replicates.segment_key, replicates.group_number, targets.coverage, crossed.depth_share
from (
    select distinct period_key, segment_key, group_number from {{ ref('int_units_counted_in_replicates') }}
) as replicates
cross join targets
left join crossed using (period_key, segment_key, group_number, coverage)
