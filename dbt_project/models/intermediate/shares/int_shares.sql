-- one row per period, segment, measure, parent, cell and footing: share and interval (method 5.1)
with cells as (
    select c.period_key, c.segment_key, l.measure, l.parent_cell, l.cell, c.footing, c.denominator_key,
        c.numerator, c.n_conversations, c.n_users, c.yy, c.yd, false as is_withheld
    from {{ ref('int_cells_counted') }} as c
    inner join {{ ref('int_denominators_listed') }} as l using (cell_key, footing)
    left join {{ ref('int_cells_suppressed') }} as s using (period_key, segment_key, cell_key)
    where not coalesce(s.is_suppressed, false)
    union all
    select period_key, segment_key, measure, parent_cell, '_suppressed', footing, denominator_key,
        numerator, n_conversations, n_users, yy, yd, is_withheld
    from {{ ref('int_suppressed_summed') }}
),
hidden_groups as (  -- a table within a group would print the weight of a group that mart_soc_groups hides
    select hidden.period_key, hidden.segment_key, groups.cell as parent_cell
    from {{ ref('int_cells_suppressed') }} as hidden
    inner join {{ ref('int_cells_numbered') }} as groups using (cell_key)
    where hidden.measure = 'soc_group' and hidden.is_suppressed
),
variances as (
    select cells.*, t.denominator, t.n_conversations as n, t.h_max, pooled.deff_floor,
        cells.numerator / t.denominator as p,
        greatest(
            (cells.yy - 2 * cells.numerator / t.denominator * cells.yd
                + pow(cells.numerator / t.denominator, 2) * t.leveraged_square_sum) / pow(t.denominator, 2),
            pooled.deff_floor * cells.numerator / t.denominator * (1 - cells.numerator / t.denominator) / t.kish_n
        ) as variance,
        {{ clustered_df('t.h2', 't.h2_leveraged', 't.h4_leveraged') }} as df
    from cells
    anti join hidden_groups using (period_key, segment_key, parent_cell)
    inner join {{ ref('int_denominators_summed') }} as t using (period_key, segment_key, denominator_key)
    inner join {{ ref('int_design_effects_pooled') }} as pooled using (period_key, segment_key, measure, parent_cell, footing)
),
effective as (
    select variances.*,
        case when p > 1e-12 and p < 1 - 1e-12 then least(n, p * (1 - p) / variance) else n / deff_floor end as n_eff,
        case when p > 1e-12 and p < 1 - 1e-12 then variance * n / (p * (1 - p)) else deff_floor end as deff,
        {{ t_quantile('df') }} as t
    from variances
)
select period_key, segment_key, measure, parent_cell, cell, footing, denominator_key, is_withheld,
    numerator, denominator, n_conversations, n_users, n as denominator_conversations, p as share, variance, deff, df, t, n_eff,
    case when h_max < 1 - 1e-12 then {{ wilson_end('p', 'n_eff', 't', '-') }} end as share_lo,
    case when h_max < 1 - 1e-12 then {{ wilson_end('p', 'n_eff', 't', '+') }} end as share_hi,
    case when h_max < 1 - 1e-12 then case when p > 1e-12 and p < 1 - 1e-12 then 'CR2, Wilson' else 'exact end' end
        else 'one user' end as interval_method
from effective
union all by name
select * from {{ ref('int_published_shares_computed') }}
