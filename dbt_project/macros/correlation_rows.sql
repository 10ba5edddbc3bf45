{# Rows of a mart of rank correlations of use with values of occupations that satisfy `condition`; `keys` name the
   values, `more` comes last. #}
{% macro correlation_rows(condition, keys='', more='') %}
    select
        periods.period_type, periods.period_start, segments.segment_type, segments.segment,
        {{ keys }}
        'spearman' as statistic,
        intervals.n_occupations,
        intervals.rank_correlation as value,
        intervals.rank_correlation_lo as value_lo,
        intervals.rank_correlation_hi as value_hi,
        intervals.interval_method,
        coalesce(totals.n_conversations, 0) as n_conversations,
        case when floors.are_users_logged then totals.n_users::bigint end as n_users,
        described.engine{{ more }}
    from {{ ref('int_rank_intervals_computed') }} as intervals
    inner join {{ ref('int_periods_listed') }} as periods
        using (period_key)
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
    cross join {{ ref('int_floors_chosen') }} as floors
    left join (
        select totals.period_key, totals.segment_key, totals.n_conversations, summed.n_users
        from {{ ref('int_denominators_totalled') }} as totals
        inner join {{ ref('int_cells_numbered') }} as cells on totals.denominator_key = cells.cell_key
        left join {{ ref('int_denominators_summed') }} as summed using (period_key, segment_key, denominator_key)
        where cells.measure = 'occupation' and cells.cell = '_classified'
    ) as totals using (period_key, segment_key)
    where {{ condition }}
{% endmacro %}
