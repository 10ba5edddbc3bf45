-- ours beside the published shares of classified work, at three design effects of the published users
with ours as (
    select shares.measure, shares.cell, shares.share, shares.share_lo, shares.share_hi, shares.denominator_conversations as n,
        median(shares.deff) over (partition by shares.measure) as deff
    from {{ ref('int_shares') }} as shares
    inner join (select distinct period_key, period_type from {{ ref('int_periods_numbered') }}) as periods using (period_key)
    where periods.period_type = 'all' and shares.segment_key = 1 and shares.footing = 'of_classified'
        and not {{ is_special('shares.cell') }}
),
published as (  -- its users are not known: ours lend their design effect, and 1 and 10 say what hangs on it (method 5.3)
    select published.release, published.measure, published.cell, published.published_share as p, published.n_published,
        ours.share, ours.share_lo, ours.share_hi, ours.n, greatest(1, ours.deff) as own_deff, choices.choice,
        published.n_published / case choices.choice when 'ours' then own_deff when '1' then 1 else 10 end as n_eff
    from {{ ref('int_published_shares_computed') }} as published
    inner join ours using (measure, cell)
    cross join (select unnest(['ours', '1', '10']) as choice) as choices
),
ends as (
    select *, {{ wilson_end('p', 'n_eff', '1.959964', '-') }} as p_lo, {{ wilson_end('p', 'n_eff', '1.959964', '+') }} as p_hi
    from published
),
differences as (
    select *, share - p as share_difference,
        {{ difference_end('p', 'p_lo', 'p_hi', 'share', 'share_lo', 'share_hi', '0', lower=true) }} as share_difference_lo,
        {{ difference_end('p', 'p_lo', 'p_hi', 'share', 'share_lo', 'share_hi', '0', lower=false) }} as share_difference_hi
    from ends
)
select release, measure, cell, choice as deff_choice, share as usage_share, share_lo as usage_share_lo,
    share_hi as usage_share_hi, p as published_share, share_difference, share_difference_lo, share_difference_hi,
    -- distance from zero in standard errors, by the side that faces zero
    1.959964 * abs(share_difference) / nullif(
        case when share_difference > 0 then share_difference - share_difference_lo
            else share_difference_hi - share_difference end, 0) as distance,
    own_deff, n as n_conversations, n_published
from differences
