with shares as (
    {% for level in [1, 2] %}
    {{ share_rows('isco_' ~ level, level ~ ' as isco_level, shares.cell as isco_group, shares.period_key, shares.segment_key, shares.measure') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)
select
    shares.period_type, shares.period_start, shares.segment_type, shares.segment, shares.footing,
    shares.isco_level, shares.isco_group,
    coalesce(groups.isco_group_title, shares.isco_group) as isco_group_title,
    ambiguous.ambiguous_share,
    {{ share_columns('shares') }}
from shares
left join {{ ref('dim_isco_groups') }} as groups using (isco_group)
left join {{ ref('int_ambiguous_isco_shares_computed') }} as ambiguous
    on shares.period_key = ambiguous.period_key and shares.segment_key = ambiguous.segment_key
    and shares.measure = ambiguous.measure and shares.isco_group = ambiguous.cell
