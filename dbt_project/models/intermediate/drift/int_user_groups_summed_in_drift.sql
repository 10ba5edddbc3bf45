-- one row per week compared and group of users: what their vectors weigh in the week and in its reference, and what scales
-- their influence
with listed as (
    select periods.period_key, summaries.* exclude (week_start, vector_sum)
    from {{ ref('stg_lake__vector_summaries') }} as summaries
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    where periods.period_type = 'week'
),
sums as (
    select sides.period_key, listed.user_group,
        {% for side, condition in [('week', 'not sides.is_reference_side'), ('reference', 'sides.is_reference_side')] %}
        {% for column in ['weight_sum', 'weight_square_sum', 'square_sum'] %}
        coalesce(sum(listed.{{ column }}) filter (where {{ condition }}), 0) as {{ side }}_{{ column }},
        {% endfor %}
        {% endfor %}
    from {{ ref('int_drift_sides_listed') }} as sides
    inner join listed on sides.side_period_key = listed.period_key
    group by sides.period_key, listed.user_group
),
totals as (
    select *,
        {% for side in ['week', 'reference'] %}
        sum({{ side }}_weight_sum) over of_all as {{ side }}_total{{ ',' if not loop.last }}
        {% endfor %}
    from sums
    window of_all as (partition by period_key)
)
select *, {% for side in ['week', 'reference'] %}
    {{ scale_of_side(side ~ '_weight_sum', side ~ '_total') }} as {{ side }}_scale{{ ',' if not loop.last }}
{% endfor %}
from totals
where week_total > 0 and reference_total > 0
