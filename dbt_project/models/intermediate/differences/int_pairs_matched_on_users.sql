-- what two compared shares owe to users who are in both: sums from which their covariance follows (method 5.3)
with tables as (
    select measure, cell, cell_key, denominator_key
    from {{ ref('int_denominators_listed') }}
    where footing = 'of_classified' and measure in (select measure from {{ ref('int_pairs_listed') }})
),
pairs as (
    select row_number() over () as pair_key, pairs.*, tables.denominator_key
    from {{ ref('int_pairs_listed') }} as pairs
    inner join (select distinct measure, denominator_key from tables) as tables using (measure)
),
users as (  -- a user unknown is in no two places
    select users.period_key, users.segment_key, users.denominator_key, users.cluster_key, users.d_u, users.g,
        totals.denominator
    from {{ ref('int_denominators_kept_by_user') }} as users
    inner join {{ ref('int_denominators_summed') }} as totals using (period_key, segment_key, denominator_key)
    where users.cluster_key > 0 and users.denominator_key in (select denominator_key from tables)
),
shared as (
    select pairs.pair_key, a.cluster_key, a.d_u as d_a, b.d_u as d_b,
        sqrt(a.g * b.g) / (a.denominator * b.denominator) as scale
    from pairs
    inner join users as a
        on pairs.period_key_a = a.period_key and pairs.segment_key_a = a.segment_key
        and pairs.denominator_key = a.denominator_key
    inner join users as b
        on pairs.period_key_b = b.period_key and pairs.segment_key_b = b.segment_key
        and pairs.denominator_key = b.denominator_key and a.cluster_key = b.cluster_key
),
evidence as (
    select evidence.period_key, evidence.segment_key, tables.denominator_key, tables.cell, evidence.cluster_key,
        evidence.weight_sum as y
    from {{ ref('int_evidence_summed_to_periods') }} as evidence
    inner join tables using (cell_key)
    where evidence.cluster_key > 0
),
sides as (
    select pairs.pair_key, evidence.cell, evidence.cluster_key, evidence.y as y_a, 0 as y_b
    from pairs
    inner join evidence
        on pairs.period_key_a = evidence.period_key and pairs.segment_key_a = evidence.segment_key
        and pairs.denominator_key = evidence.denominator_key
    union all
    select pairs.pair_key, evidence.cell, evidence.cluster_key, 0, evidence.y
    from pairs
    inner join evidence
        on pairs.period_key_b = evidence.period_key and pairs.segment_key_b = evidence.segment_key
        and pairs.denominator_key = evidence.denominator_key
),
by_user as (
    select pair_key, cell, cluster_key, sum(y_a) as y_a, sum(y_b) as y_b from sides group by pair_key, cell, cluster_key
),
cell_sums as (
    select by_user.pair_key, by_user.cell, sum(y_a * y_b * scale) as yy, sum(y_a * d_b * scale) as y_a_d_b,
        sum(y_b * d_a * scale) as y_b_d_a
    from by_user
    inner join shared using (pair_key, cluster_key)
    group by by_user.pair_key, by_user.cell
),
pair_sums as (
    select pair_key, sum(d_a * d_b * scale) as dd from shared group by pair_key
)
select pairs.comparison, pairs.measure, pairs.period_key_a, pairs.segment_key_a, pairs.period_key_b,
    pairs.segment_key_b, tables.cell,
    coalesce(cell_sums.yy, 0) as yy,
    coalesce(cell_sums.y_a_d_b, 0) as y_a_d_b,
    coalesce(cell_sums.y_b_d_a, 0) as y_b_d_a,
    pair_sums.dd
from pairs
inner join pair_sums using (pair_key)
inner join tables using (measure)
left join cell_sums using (pair_key, cell)
