-- mix, within and their sum, each with its variance and degrees of freedom
with denominators as (
    select totals.period_key, totals.segment_key, totals.h_max, totals.n_users,
        {{ clustered_df('totals.h2', 'totals.h2_leveraged', 'totals.h4_leveraged') }} as df
    from {{ ref('int_denominators_summed') }} as totals
    inner join {{ ref('int_cells_numbered') }} as cells on totals.denominator_key = cells.cell_key
    where cells.measure = 'automation' and cells.cell = '_classified'
),
counted as (
    select period_key, segment_key, sum(conversation_count)::bigint as n
    from {{ ref('int_patterns_summed_to_sides') }}
    group by period_key, segment_key
),
parts as (
    select table_key, any_value(pair_key) as pair_key, any_value(outcome) as outcome, any_value(level) as level,
        any_value(share_a) as share_a, any_value(share_b) as share_b,
        sum(mix) as mix, sum(within) as within, count(*) as n_cells,
        coalesce(sum(m_a + m_b) filter (where is_merged), 0) / 2 as merged_share
    from {{ ref('int_cells_decomposed') }}
    group by table_key
)
select pair_key, listed.comparison, outcome, parts.level, variances.component,
    listed.period_key_a, listed.segment_key_a, listed.period_key_b, listed.segment_key_b,
    case variances.component
        when 'mix' then parts.mix when 'within' then parts.within else parts.share_b - parts.share_a
    end as value,
    variances.variance, parts.share_a, parts.share_b,
    n_a.n as n_a, n_b.n as n_b, a.n_users as n_users_a, b.n_users as n_users_b,
    -- of a published side nothing is known of users
    greatest(a.h_max, b.h_max) as h_max, least(a.df, b.df) as df, parts.n_cells, parts.merged_share
from parts
inner join {{ ref('int_decompositions_listed') }} as listed using (pair_key, outcome)
inner join {{ ref('int_decomposition_variances_computed') }} as variances using (table_key)
inner join counted as n_a on listed.period_key_a = n_a.period_key and listed.segment_key_a = n_a.segment_key
inner join counted as n_b on listed.period_key_b = n_b.period_key and listed.segment_key_b = n_b.segment_key
left join denominators as a on listed.period_key_a = a.period_key and listed.segment_key_a = a.segment_key
left join denominators as b on listed.period_key_b = b.period_key and listed.segment_key_b = b.segment_key
