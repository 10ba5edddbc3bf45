-- times, autonomy and schooling: median first, since times are skewed
with ends as (
    select *, sqrt(median_share_variance) * t as half_share,
        h_max < 1 - 1e-12 as has_users
    from {{ ref('int_numbers_computed') }}
),
quantiles as (  -- Woodruff 1952: the numbers at which the ends of the share's interval are reached
    select ends.period_key, ends.segment_key, ends.facet,
        min(ordered.number) filter (where ordered.share_up_to >= greatest(0, 0.5 - ends.half_share)) as median_lo,
        coalesce(min(ordered.number) filter (where ordered.share_up_to >= 0.5 + ends.half_share), max(ordered.number)) as median_hi
    from ends
    inner join {{ ref('int_numbers_ordered') }} as ordered using (period_key, segment_key, facet)
    group by ends.period_key, ends.segment_key, ends.facet
),
statistics as (
    {% for name, value, lo, hi, method in [
        ('median', 'median', 'median_lo', 'median_hi', 'CR2, Woodruff'),
        ('mean', 'mean', 'mean - t * sqrt(mean_variance)', 'mean + t * sqrt(mean_variance)', 'CR2, t'),
        ('geometric mean', 'exp(log_mean)', 'exp(log_mean - t * sqrt(log_variance))', 'exp(log_mean + t * sqrt(log_variance))', 'CR2 of logarithms, t'),
    ] %}
    select ends.*, '{{ name }}' as statistic, {{ value }} as value,
        case when has_users then {{ lo }} end as value_lo, case when has_users then {{ hi }} end as value_hi,
        case when has_users then '{{ method }}' else 'one user' end as interval_method
    from ends inner join quantiles using (period_key, segment_key, facet)
    {{ 'union all' if not loop.last }}
    {% endfor %}
),
shown as (
    select statistics.*, segments.segment_type, segments.segment, chosen.are_users_logged,
        statistics.n < floors.floor_conversations or (floors.floor_users > 0 and (
            statistics.n_users < floors.floor_users
            or {{ is_mostly_one_persons('statistics.h_max', 'statistics.two_largest', '1') }}
        )) as is_suppressed
    from statistics
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    inner join {{ ref('int_segments_floored') }} as floors using (segment_key)
    cross join {{ ref('int_floors_chosen') }} as chosen
)
select periods.period_type, periods.period_start, shown.segment_type, shown.segment, shown.facet, shown.statistic,
    case shown.facet {% for facet, _, unit in numeric_facets() %}when '{{ facet }}' then '{{ unit }}' {% endfor %}end as unit,
    {% for column in ['value', 'value_lo', 'value_hi'] %}
    case when not shown.is_suppressed then shown.{{ column }} end as {{ column }},
    {% endfor %}
    shown.n as n_conversations,
    case when shown.are_users_logged then shown.n_users end as n_users,
    -- independent conversations that would tell the mean as well
    case when shown.has_users then least(shown.n, shown.spread / nullif(shown.mean_variance, 0)) end as n_eff,
    case when shown.has_users then shown.mean_variance * shown.n / nullif(shown.spread, 0) end as deff,
    case when shown.has_users then shown.df end as df,
    shown.interval_method, 'process' as interval_target,
    described.cluster_unit, described.floor, shown.is_suppressed, described.engine, described.onet_version
from shown
inner join {{ ref('int_periods_listed') }} as periods using (period_key)
inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
