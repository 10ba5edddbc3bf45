-- what two compared shares owe to users who are in both: sums from which their covariance follows (method 5.3)
with pairs as (
    select pairs.*, tables.denominator_key
    from {{ ref('int_pairs_listed') }} as pairs
    inner join (
        select distinct measure, denominator_key from {{ ref('int_denominators_listed') }} where footing = 'of_classified'
    ) as tables using (measure)
),
evidence as (
    select period_key, segment_key, cell_key, cluster_key, weight_sum
    from {{ ref('int_evidence_summed_to_periods') }}
    where cluster_key > 0  -- a user unknown is in no two places
),
totals as (
    select period_key, segment_key, denominator_key, denominator from {{ ref('int_denominators_summed') }}
),
shared as (
    select pairs.*, a.cluster_key, a.weight_sum as d_a, b.weight_sum as d_b,
        1 / nullif(total_a.denominator * total_b.denominator
            * sqrt((1 - a.weight_sum / total_a.denominator) * (1 - b.weight_sum / total_b.denominator)), 0) as scale
    from pairs
    inner join evidence as a
        on pairs.period_key_a = a.period_key and pairs.segment_key_a = a.segment_key and pairs.denominator_key = a.cell_key
    inner join evidence as b
        on pairs.period_key_b = b.period_key and pairs.segment_key_b = b.segment_key and pairs.denominator_key = b.cell_key
        and a.cluster_key = b.cluster_key
    inner join totals as total_a
        on a.period_key = total_a.period_key and a.segment_key = total_a.segment_key and a.cell_key = total_a.denominator_key
    inner join totals as total_b
        on b.period_key = total_b.period_key and b.segment_key = total_b.segment_key and b.cell_key = total_b.denominator_key
),
in_cells as (
    select shared.*, cells.cell, a.weight_sum as y_a, 0 as y_b
    from shared
    inner join {{ ref('int_denominators_listed') }} as cells using (measure, denominator_key)
    inner join evidence as a
        on shared.period_key_a = a.period_key and shared.segment_key_a = a.segment_key
        and shared.cluster_key = a.cluster_key and cells.cell_key = a.cell_key
    union all
    select shared.*, cells.cell, 0, b.weight_sum
    from shared
    inner join {{ ref('int_denominators_listed') }} as cells using (measure, denominator_key)
    inner join evidence as b
        on shared.period_key_b = b.period_key and shared.segment_key_b = b.segment_key
        and shared.cluster_key = b.cluster_key and cells.cell_key = b.cell_key
),
users as (
    select comparison, measure, period_key_a, segment_key_a, period_key_b, segment_key_b, cell, cluster_key,
        any_value(d_a) as d_a, any_value(d_b) as d_b, any_value(scale) as scale, sum(y_a) as y_a, sum(y_b) as y_b
    from in_cells
    group by all
),
cell_sums as (
    select comparison, measure, period_key_a, segment_key_a, period_key_b, segment_key_b, cell,
        sum(y_a * y_b * scale) as yy, sum(y_a * d_b * scale) as y_a_d_b, sum(y_b * d_a * scale) as y_b_d_a
    from users
    group by all
),
tables as (
    select comparison, measure, period_key_a, segment_key_a, period_key_b, segment_key_b, denominator_key,
        sum(d_a * d_b * scale) as dd
    from shared
    group by all
)
select tables.comparison, tables.measure, tables.period_key_a, tables.segment_key_a, tables.period_key_b,
    tables.segment_key_b, cells.cell,
    coalesce(cell_sums.yy, 0) as yy,
    coalesce(cell_sums.y_a_d_b, 0) as y_a_d_b,
    coalesce(cell_sums.y_b_d_a, 0) as y_b_d_a,
    tables.dd
from tables
inner join {{ ref('int_denominators_listed') }} as cells using (measure, denominator_key)
left join cell_sums using (comparison, measure, period_key_a, segment_key_a, period_key_b, segment_key_b, cell)
