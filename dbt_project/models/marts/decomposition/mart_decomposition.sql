with periods as (
    select period_key, period_type, period_start from {{ ref('int_periods_listed') }}
),
described as (
    select period_key, segment_key, engine, onet_version, cluster_unit from {{ ref('int_segments_described') }}
),
bounded as (
    select *, {{ t_interval_method('h_max', 'variance') }} as interval_method,
        {{ t_half_width('h_max', 'variance', 'df') }} as half_width
    from {{ ref('int_decompositions_computed') }}
),
breaks as (  -- of groups or of patterns: the parts have both
    select period_key_a, period_key_b, bool_or(is_break) as is_break
    from {{ ref('int_breaks_marked') }}
    group by period_key_a, period_key_b
),
ended as (
    select *, {{ t_end('value', 'half_width', '-') }} as value_lo, {{ t_end('value', 'half_width', '+') }} as value_hi
    from bounded
)
select
    ended.comparison,
    {% for side in ['a', 'b'] %}
    period_{{ side }}.period_type as period_type_{{ side }}, period_{{ side }}.period_start as period_start_{{ side }},
    segment_{{ side }}.segment_type as segment_type_{{ side }}, segment_{{ side }}.segment as segment_{{ side }},
    {% endfor %}
    ended.outcome, ended.level, ended.component,
    ended.value, ended.value_lo, ended.value_hi,
    {{ verdict('ended.value_lo', 'ended.value_hi', 'higher', 'lower') }} as verdict,
    ended.share_a, ended.share_b, ended.n_a, ended.n_b,
    case when floors.are_users_logged then ended.n_users_a end as n_users_a,
    case when floors.are_users_logged then ended.n_users_b end as n_users_b,
    ended.df,
    case when ended.comparison = 'published' and ended.value_lo is not null then 'CR2 and lent design effect, t'
        else ended.interval_method end as interval_method,
    'process' as interval_target, described_b.cluster_unit,
    {{ floor_in_words('floors') }} as floor,
    ended.n_cells, ended.merged_share,
    case when coalesce(described_a.engine, described_b.engine) = described_b.engine then described_b.engine else 'mixed' end
        as engine,
    case when ended.comparison = 'changes' then coalesce(breaks.is_break, false) end as is_break,
    described_b.onet_version
from ended
{% for side in ['a', 'b'] %}
inner join periods as period_{{ side }} on ended.period_key_{{ side }} = period_{{ side }}.period_key
inner join {{ ref('int_segments_numbered') }} as segment_{{ side }}
    on ended.segment_key_{{ side }} = segment_{{ side }}.segment_key
left join described as described_{{ side }}
    on ended.period_key_{{ side }} = described_{{ side }}.period_key
    and ended.segment_key_{{ side }} = described_{{ side }}.segment_key
{% endfor %}
left join breaks
    on ended.period_key_a = breaks.period_key_a and ended.period_key_b = breaks.period_key_b
cross join {{ ref('int_floors_chosen') }} as floors
