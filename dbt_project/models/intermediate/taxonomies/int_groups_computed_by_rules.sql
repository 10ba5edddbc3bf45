-- shares of SOC groups under each rule and version, over all weeks and of each published release
with use as (
    select counted.period_key, counted.segment_key, cells.cell as statement_hash, counted.numerator as weight,
        described.onet_version as own_version
    from {{ ref('int_cells_counted') }} as counted
    inner join {{ ref('int_denominators_listed') }} as cells using (cell_key, footing)
    inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
    where cells.measure = 'statement' and counted.footing = 'of_classified' and periods.period_type in ('all', 'window')
),
totals as (
    select period_key, segment_key, sum(weight) as weight from use group by period_key, segment_key
),
summed as (
    select use.period_key, use.segment_key, any_value(use.own_version) as own_version, rules.onet_version, rules.rule,
        rules.soc_group, sum(use.weight * rules.part) as numerator
    from use
    inner join {{ ref('int_statements_split_by_rules') }} as rules using (statement_hash)
    group by use.period_key, use.segment_key, rules.onet_version, rules.rule, rules.soc_group
),
surviving as (
    select use.period_key, use.segment_key, rules.onet_version, sum(use.weight) as weight
    from use
    inner join (
        select distinct onet_version, statement_hash from {{ ref('int_statements_split_by_rules') }}
    ) as rules using (statement_hash)
    group by use.period_key, use.segment_key, rules.onet_version
)
select summed.period_key, summed.segment_key, summed.own_version, summed.onet_version, summed.rule, summed.soc_group,
    summed.numerator,
    summed.numerator / sum(summed.numerator) over of_table as share,
    -- of the weight of statements that the version lists at all
    surviving.weight / totals.weight as surviving_share
from summed
inner join surviving using (period_key, segment_key, onet_version)
inner join totals using (period_key, segment_key)
window of_table as (partition by summed.period_key, summed.segment_key, summed.onet_version, summed.rule)
