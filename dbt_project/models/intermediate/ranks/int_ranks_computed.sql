-- rank of each group, and the ranks that its simultaneous interval allows (Klein, Wright and Wieczorek 2020; method 5.8)
with cells as (
    select period_key, segment_key, measure, cell, share, n_eff, df, n_conversations,
        count(*) over (partition by period_key, segment_key, measure) as cell_count,
        rank() over (partition by period_key, segment_key, measure order by share desc) as place
    from {{ ref('int_shares') }}
    where measure = 'soc_group' and footing = 'of_classified' and not is_withheld and not {{ is_special('cell') }}
),
quantiles as (
    select cells.*,
        low.t_quantile + (200 / cells.df - floor(200 / cells.df)) * (high.t_quantile - low.t_quantile) as t
    from cells
    left join {{ ref('t_quantiles_of_ranks') }} as low
        on low.cell_count = cells.cell_count and low.step = floor(200 / cells.df)
    left join {{ ref('t_quantiles_of_ranks') }} as high
        on high.cell_count = cells.cell_count and high.step = floor(200 / cells.df) + 1
),
ends as (
    select *, {{ wilson_end('share', 'n_eff', 't', '-') }} as lo, {{ wilson_end('share', 'n_eff', 't', '+') }} as hi
    from quantiles
),
counted as (
    select mine.period_key, mine.segment_key, mine.measure, mine.cell, mine.cell_count, mine.place, mine.t,
        count(*) filter (where others.lo > mine.hi) as above_count,
        count(*) filter (where others.hi < mine.lo) as below_count
    from ends as mine
    inner join ends as others using (period_key, segment_key, measure)
    group by mine.period_key, mine.segment_key, mine.measure, mine.cell, mine.cell_count, mine.place, mine.t
)
select period_key, segment_key, measure, cell, cell_count, place,
    case when t is not null then 1 + above_count end as place_lo,
    case when t is not null then cell_count - below_count end as place_hi
from counted
