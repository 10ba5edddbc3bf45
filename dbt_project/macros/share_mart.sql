{# The columns that every share mart has, of one measure; `cell_columns` names the cell. #}
{% macro share_rows(measure, cell_columns) %}
    select
        periods.period_type, periods.period_start, segments.segment_type, segments.segment, shares.footing,
        {{ cell_columns }},
        case when not shares.is_withheld then shares.share end as usage_share,
        case when not shares.is_withheld then shares.share_lo end as usage_share_lo,
        case when not shares.is_withheld then shares.share_hi end as usage_share_hi,
        case when not shares.is_withheld then shares.numerator end as numerator,
        shares.denominator,
        case when not shares.is_withheld then shares.n_conversations end as n_conversations,
        case when floors.are_users_logged and not shares.is_withheld then shares.n_users::bigint end as n_users,
        {% for column in ['n_eff', 'deff', 'df'] %}
        case when not shares.is_withheld then shares.{{ column }} end as {{ column }},
        {% endfor %}
        shares.interval_method, 'process' as interval_target, described.cluster_unit,
        described.floor,
        shares.cell = '_suppressed' as is_suppressed,
        case
            when shares.cell = '_suppressed' then 'suppressed'
            when described.cluster_unit = 'published' then 'published'
            else {{ presentation('shares.n_eff', 'shares.df', 'shares.share_lo', 'shares.share_hi', 'shares.share') }}
        end as presentation,
        described.engine, described.onet_version
    from {{ ref('int_shares') }} as shares
    inner join {{ ref('int_periods_listed') }} as periods
        using (period_key)
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
    cross join {{ ref('int_floors_chosen') }} as floors
    where shares.measure = '{{ measure }}'
{% endmacro %}

{# The figure columns of a share mart, to be listed after its cell. #}
{% macro share_columns(relation) %}
    {%- for column in ['usage_share', 'usage_share_lo', 'usage_share_hi', 'numerator', 'denominator', 'n_conversations',
        'n_users', 'n_eff', 'deff', 'df', 'interval_method', 'interval_target', 'cluster_unit', 'floor',
        'is_suppressed', 'presentation', 'engine', 'onet_version'] %}
    {{ relation }}.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{% endmacro %}
