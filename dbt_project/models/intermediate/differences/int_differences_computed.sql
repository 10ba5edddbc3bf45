-- one row per pair and cell shown on both sides: the difference b - a of two shares of classified work (method 5.3)
with shares as (
    select shares.period_key, shares.segment_key, shares.measure, shares.cell, shares.share, shares.share_lo,
        shares.share_hi, shares.denominator_conversations as n,
        -- clustered variance alone: the correlation is one of users
        (counted.yy - 2 * shares.share * counted.yd + pow(shares.share, 2) * totals.leveraged_square_sum)
            / pow(totals.denominator, 2) as clustered_variance
    from {{ ref('int_shares') }} as shares
    inner join {{ ref('int_denominators_listed') }} as listed using (measure, parent_cell, cell, footing)
    inner join {{ ref('int_cells_counted') }} as counted using (period_key, segment_key, cell_key, footing)
    inner join {{ ref('int_denominators_summed') }} as totals
        on shares.period_key = totals.period_key and shares.segment_key = totals.segment_key
        and shares.denominator_key = totals.denominator_key
    where shares.footing = 'of_classified'
),
paired as (
    select pairs.*, a.cell, a.share as share_a, a.share_lo as lo_a, a.share_hi as hi_a, a.n as n_a,
        b.share as share_b, b.share_lo as lo_b, b.share_hi as hi_b, b.n as n_b,
        (coalesce(matched.yy, 0) - b.share * coalesce(matched.y_a_d_b, 0) - a.share * coalesce(matched.y_b_d_a, 0)
            + a.share * b.share * coalesce(matched.dd, 0)) as covariance,
        sqrt(greatest(0, a.clustered_variance) * greatest(0, b.clustered_variance)) as scale
    from {{ ref('int_pairs_listed') }} as pairs
    inner join shares as a
        on pairs.period_key_a = a.period_key and pairs.segment_key_a = a.segment_key and pairs.measure = a.measure
    inner join shares as b
        on pairs.period_key_b = b.period_key and pairs.segment_key_b = b.segment_key and pairs.measure = b.measure
        and a.cell = b.cell
    left join {{ ref('int_pairs_matched_on_users') }} as matched
        on pairs.comparison = matched.comparison and pairs.measure = matched.measure and a.cell = matched.cell
        and pairs.period_key_a = matched.period_key_a and pairs.segment_key_a = matched.segment_key_a
        and pairs.period_key_b = matched.period_key_b and pairs.segment_key_b = matched.segment_key_b
),
correlated as (
    select *, case when scale > 0 then greatest(-1, least(1, covariance / scale)) else 0 end as correlation
    from paired
)
select comparison, measure, cell, period_key_a, segment_key_a, period_key_b, segment_key_b, share_a, share_b,
    share_b - share_a as share_difference,
    {{ difference_end('share_a', 'lo_a', 'hi_a', 'share_b', 'lo_b', 'hi_b', 'correlation', lower=true) }}
        as share_difference_lo,
    {{ difference_end('share_a', 'lo_a', 'hi_a', 'share_b', 'lo_b', 'hi_b', 'correlation', lower=false) }}
        as share_difference_hi,
    correlation, n_a, n_b
from correlated
