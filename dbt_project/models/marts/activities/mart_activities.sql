with shares as (
    {% for level in activity_measures() %}
    {{ share_rows(level, 'shares.measure as activity_level, shares.cell as activity_id') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)
select
    shares.period_type, shares.period_start, shares.segment_type, shares.segment, shares.footing,
    shares.activity_level, shares.activity_id,
    activities.gwa_id, activities.gwa_name,
    {{ share_columns('shares') }}
from shares
left join {{ ref('dim_activities') }} as activities using (activity_level, activity_id)
