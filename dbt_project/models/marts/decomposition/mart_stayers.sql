with periods as (
    select period_key, period_type, period_start from {{ ref('int_periods_listed') }}
),
pairs as (
    select distinct pair_key, period_key_a, period_key_b, segment_key_b
    from {{ ref('int_decompositions_listed') }}
    where comparison = 'changes'
),
groups as (
    select pair_key, component, bool_and(is_shown) as is_shown,
        -- those who stayed are as many in both periods: by their number the hidden ones of the other could be counted
        component = 'total' or bool_and(bool_and(is_shown)) over (partition by pair_key) as are_users_shown,
        max(unknown_share) filter (where component in ('joiners', 'leavers')) as unknown_share,
        {% for side, name in [('a', 'before'), ('b', 'after')] %}
        {% for column in ['share', 'weight_share', 'n', 'n_users'] %}
        any_value({{ column }}) filter (where side = '{{ side }}') as {{ column }}_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_stayers_counted') }}
    group by pair_key, component
),
bounded as (
    select *, {{ t_interval_method('h_max', 'variance') }} as interval_method,
        {{ t_half_width('h_max', 'variance', 'df') }} as half_width
    from {{ ref('int_stayers_compared') }}
),
ended as (
    select bounded.*, groups.* exclude (pair_key, component, is_shown),
        {{ t_end('value', 'half_width', '-') }} as value_lo, {{ t_end('value', 'half_width', '+') }} as value_hi,
        -- where nobody joined or left, the part is zero
        coalesce(groups.is_shown, true) as is_shown
    from bounded
    left join groups using (pair_key, component)
)
select later.period_type, later.period_start, earlier.period_start as previous_start, 'automation' as outcome,
    ended.component,
    {% for column in ['value', 'value_lo', 'value_hi'] %}
    case when ended.is_shown then ended.{{ column }} end as {{ column }},
    {% endfor %}
    case when ended.is_shown then {{ verdict('ended.value_lo', 'ended.value_hi', 'grew', 'shrank') }} end as verdict,
    {% for column in ['share_before', 'share_after', 'weight_share_before', 'weight_share_after', 'unknown_share',
        'n_before', 'n_after'] %}
    case when ended.is_shown then ended.{{ column }} end as {{ column }},
    {% endfor %}
    {% for column in ['n_users_before', 'n_users_after'] %}
    case when ended.are_users_shown then ended.{{ column }} end as {{ column }},
    {% endfor %}
    case when ended.is_shown then ended.df end as df,
    case when ended.is_shown then ended.interval_method else 'withheld' end as interval_method,
    'process' as interval_target, described.cluster_unit,
    {{ floor_in_words('floors') }} as floor, not ended.is_shown as is_withheld, described.engine,
    coalesce(breaks.is_break, false) as is_break, described.onet_version
from ended
inner join pairs using (pair_key)
inner join periods as earlier on pairs.period_key_a = earlier.period_key
inner join periods as later on pairs.period_key_b = later.period_key
inner join {{ ref('int_segments_described') }} as described
    on pairs.period_key_b = described.period_key and pairs.segment_key_b = described.segment_key
left join {{ ref('int_breaks_marked') }} as breaks
    on breaks.measure = 'automation' and pairs.period_key_a = breaks.period_key_a
    and pairs.period_key_b = breaks.period_key_b
cross join {{ ref('int_floors_chosen') }} as floors
