-- ours beside the published shares of classified work, at three design effects of the published users; groups on the
-- published footing: what is rare is dropped first, on both sides
{% set compared = {'soc_group_floored_first': 'soc_group', 'collaboration': 'collaboration', 'automation': 'automation'} %}
with shares as (
    select shares.*, segments.segment_type, segments.segment,
        case shares.measure
            {% for measure, name in compared.items() %}when '{{ measure }}' then '{{ name }}' {% endfor %}
        end as compared_measure
    from {{ ref('int_shares') }} as shares
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    where shares.footing = 'of_classified' and shares.measure in ({{ quoted(compared.keys() | list) }})
),
ours as (
    select compared_measure as measure, cell, share, share_lo, share_hi, denominator_conversations as n,
        median(deff) over (partition by compared_measure) as deff
    from shares
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
    where periods.period_type = 'all' and segment_type = 'all' and not {{ is_special('cell') }} and not is_withheld
),
published as (  -- its users are not known: ours lend their design effect, and 1 and 10 say what hangs on it (method 5.3)
    select listed.release, listed.platform, theirs.compared_measure as measure, theirs.cell, theirs.share as p,
        theirs.denominator_conversations as n_published,
        ours.share, ours.share_lo, ours.share_hi, ours.n, greatest(1, ours.deff) as own_deff, choices.choice,
        n_published / case choices.choice when 'ours' then own_deff when '1' then 1 else 10 end as n_eff
    from shares as theirs
    inner join {{ ref('int_published_segments_listed') }} as listed
        on theirs.segment_type = 'published' and theirs.segment = listed.segment
    inner join ours on theirs.compared_measure = ours.measure and theirs.cell = ours.cell
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
select release, platform, measure, cell, choice as deff_choice, share as usage_share, share_lo as usage_share_lo,
    share_hi as usage_share_hi, p as published_share, share_difference, share_difference_lo, share_difference_hi,
    -- distance from zero in standard errors, by the side that faces zero
    1.959964 * abs(share_difference) / nullif(
        case when share_difference > 0 then share_difference - share_difference_lo
            else share_difference_hi - share_difference end, 0) as distance,
    own_deff, n as n_conversations, n_published
from differences
