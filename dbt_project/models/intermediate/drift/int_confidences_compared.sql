-- one row per week compared and measure: mean confidence on both sides, and their difference with its interval over the
-- users of both (method 5.2 and 5.3)
with sums as (
    select sides.period_key, listed.measure, listed.cluster_key,
        {% for side, condition in [('week', 'not sides.is_reference_side'), ('reference', 'sides.is_reference_side')] %}
        coalesce(sum(listed.conversation_count) filter (where {{ condition }}), 0) as {{ side }}_count,
        coalesce(sum(listed.weight) filter (where {{ condition }}), 0) as {{ side }}_weight,
        coalesce(sum(listed.confidence_sum) filter (where {{ condition }}), 0) as {{ side }}_sum{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_drift_sides_listed') }} as sides
    inner join {{ ref('int_confidences_listed') }} as listed on sides.side_period_key = listed.period_key
    group by sides.period_key, listed.measure, listed.cluster_key
),
means as (
    select *,
        {% for side in ['week', 'reference'] %}
        sum({{ side }}_weight) over of_all as {{ side }}_total,
        sum({{ side }}_sum) over of_all / nullif(sum({{ side }}_weight) over of_all, 0) as {{ side }}_mean{{ ',' if not loop.last }}
        {% endfor %}
    from sums
    window of_all as (partition by period_key, measure)
),
users as (
    select *, {% for side in ['week', 'reference'] %}
        {{ side }}_weight / nullif({{ side }}_total, 0) as {{ side }}_h,
        coalesce(({{ side }}_sum - {{ side }}_mean * {{ side }}_weight)
            * {{ scale_of_side(side ~ '_weight', side ~ '_total') }}, 0) as {{ side }}_z{{ ',' if not loop.last }}
    {% endfor %}
    from means
),
summed as (
    select period_key, measure,
        sum(pow(week_z - reference_z, 2)) as variance,
        {% for side in ['week', 'reference'] %}
        sum({{ side }}_count)::bigint as {{ side }}_n,
        (count(*) filter (where cluster_key > 0 and {{ side }}_count > 0)
            + max((cluster_key < 0 and {{ side }}_count > 0)::int))::bigint as {{ side }}_users,
        max({{ side }}_h) as {{ side }}_h_max,
        list_sum(max({{ side }}_h, 2)) as {{ side }}_two_largest,
        any_value({{ side }}_mean) as {{ side }}_mean,
        {{ clustered_df('sum(' ~ side ~ '_h * ' ~ side ~ '_h)',
            'sum(pow(' ~ side ~ '_h, 2) / (1 - ' ~ side ~ '_h)) filter (where ' ~ side ~ '_h < 1 - 1e-12)',
            'sum(pow(' ~ side ~ '_h, 4) / pow(1 - ' ~ side ~ '_h, 2)) filter (where ' ~ side ~ '_h < 1 - 1e-12)') }}
            as {{ side }}_df{{ ',' if not loop.last }}
        {% endfor %}
    from users
    group by period_key, measure
),
limits as (
    select *, {{ t_quantile('least(week_df, reference_df)') }} as t,
        week_h_max < 1 - 1e-12 and reference_h_max < 1 - 1e-12 as has_users
    from summed
)
select period_key, measure, week_n, reference_n, week_users, reference_users,
    greatest(week_h_max, reference_h_max) as h_max,
    greatest(week_two_largest, reference_two_largest) as two_largest,
    week_mean, reference_mean, week_mean - reference_mean as mean_difference,
    case when has_users then week_mean - reference_mean - t * sqrt(variance) end as mean_difference_lo,
    case when has_users then week_mean - reference_mean + t * sqrt(variance) end as mean_difference_hi
from limits
