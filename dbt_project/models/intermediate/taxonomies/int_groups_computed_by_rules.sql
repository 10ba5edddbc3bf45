-- shares of SOC groups under each rule and version, over all weeks and of each published release
with cells as (
    select counted.period_key, counted.segment_key, listed.measure, listed.cell, counted.numerator as weight,
        described.onet_version as own_version
    from {{ ref('int_cells_counted') }} as counted
    inner join {{ ref('int_denominators_listed') }} as listed using (cell_key, footing)
    inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
    where listed.measure in ('statement', 'soc_group') and counted.footing = 'of_classified'
        and periods.period_type in ('all', 'window')
),
split as (
    select cells.period_key, cells.segment_key, cells.own_version, rules.onet_version, rules.rule, rules.soc_group,
        sum(cells.weight * rules.part) as numerator
    from cells
    inner join {{ ref('int_statements_split_by_rules') }} as rules on cells.cell = rules.statement_hash
    where cells.measure = 'statement'
    group by cells.period_key, cells.segment_key, cells.own_version, rules.onet_version, rules.rule, rules.soc_group
),
coarse as (  -- a group picked or judged as such, without a statement, counts alike under every rule and version
    select cells.period_key, cells.segment_key, cells.cell as soc_group,
        -- rounded: what is no coarse pick is nothing, not the noise of a subtraction
        greatest(0, round(cells.weight - coalesce(split.numerator, 0), 6)) as numerator
    from cells
    left join split
        on cells.period_key = split.period_key and cells.segment_key = split.segment_key and cells.cell = split.soc_group
        and split.rule = 'equal split' and split.onet_version = split.own_version
    where cells.measure = 'soc_group'
),
summed as (
    select period_key, segment_key, own_version, onet_version, rule, soc_group, sum(numerator) as numerator
    from (
        select * from split
        union all
        select tables.*, coarse.soc_group, coarse.numerator
        from coarse
        inner join (select distinct period_key, segment_key, own_version, onet_version, rule from split) as tables
            using (period_key, segment_key)
        where coarse.numerator > 0
    ) as parts
    group by period_key, segment_key, own_version, onet_version, rule, soc_group
),
totals as (
    select period_key, segment_key, sum(weight) filter (where measure = 'statement') as statement_weight,
        sum(weight) filter (where measure = 'soc_group') as group_weight
    from cells
    group by period_key, segment_key
),
surviving as (
    select cells.period_key, cells.segment_key, rules.onet_version, sum(cells.weight) as weight
    from cells
    inner join (
        select distinct onet_version, statement_hash from {{ ref('int_statements_split_by_rules') }}
    ) as rules on cells.cell = rules.statement_hash
    where cells.measure = 'statement'
    group by cells.period_key, cells.segment_key, rules.onet_version
)
select summed.period_key, summed.segment_key, summed.own_version, summed.onet_version, summed.rule, summed.soc_group,
    summed.numerator,
    summed.numerator / sum(summed.numerator) over of_table as share,
    summed.numerator / totals.group_weight as credited_share,
    -- of the weight of statements that the version lists at all
    surviving.weight / totals.statement_weight as surviving_share
from summed
inner join surviving using (period_key, segment_key, onet_version)
inner join totals using (period_key, segment_key)
window of_table as (partition by summed.period_key, summed.segment_key, summed.onet_version, summed.rule)
