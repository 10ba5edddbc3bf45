-- one row per table (period, segment, measure, parent, footing): the pooled floor of the design effect (method 5.1)
with cells as (
    select c.period_key, c.segment_key, l.measure, l.parent_cell, c.footing, c.denominator_key,
        c.numerator / t.denominator as p, c.yy, c.yd, t.leveraged_square_sum, t.kish_n, t.square_sum, t.denominator
    from {{ ref('int_cells_counted') }} as c
    inner join {{ ref('int_denominators_listed') }} as l using (cell_key, footing)
    inner join {{ ref('int_denominators_summed') }} as t
        on c.period_key = t.period_key and c.segment_key = t.segment_key and c.denominator_key = t.denominator_key
),
pooled as (
    select period_key, segment_key, measure, parent_cell, footing,
        -- weights scaled to sum to Kish's n: the formula is that of unit weights, and no design effect is below one
        sum(yy - 2 * p * yd + p * p * leveraged_square_sum) * any_value(pow(kish_n / denominator, 2)) as squares,
        sum(p * (1 - p)) as binomial,
        any_value(kish_n) as n,
        any_value(square_sum * pow(kish_n / denominator, 2)) as square_sum
    from cells
    group by period_key, segment_key, measure, parent_cell, footing
)
select period_key, segment_key, measure, parent_cell, footing,
    {{ pooled_design_effect('squares', 'binomial', 'n', 'square_sum') }} as deff_floor
from pooled
