-- one row per week compared: distance of its mean vector from the reference's (the maximum mean discrepancy of the linear
-- kernel; Gretton et al. 2012), what is expected of it when nothing drifts, and the limit beyond which it is no accident
with means as (
    select period_key, direction, any_value(week_mean) as week_mean, any_value(reference_mean) as reference_mean
    from {{ ref('int_vector_influences_summed') }}
    group by period_key, direction
),
sizes as (
    select period_key, any_value(week_total) as week_total, any_value(reference_total) as reference_total,
        {% for side in ['week', 'reference'] %}
        {{ kish('any_value(' ~ side ~ '_total)', 'sum(' ~ side ~ '_weight_square_sum)') }} as {{ side }}_n,
        {% endfor %}
        sum(week_square_sum) + sum(reference_square_sum) as square_sum,
        bool_or(week_weight_sum > 0 and week_scale = 0 or reference_weight_sum > 0 and reference_scale = 0) as is_one_group
    from {{ ref('int_user_groups_summed_in_drift') }}
    group by period_key
),
distances as (
    select means.period_key, sum(pow(week_mean - reference_mean, 2)) as distance_square,
        sum(pow((week_total * week_mean + reference_total * reference_mean) / (week_total + reference_total), 2))
            as middle_square
    from means
    inner join sizes using (period_key)
    group by means.period_key
),
groups as (
    select period_key, user_group, sum(influence * influence) as length_square,
        list(influence order by direction) as influences
    from {{ ref('int_vector_influences_summed') }}
    group by period_key, user_group
),
lengths as (
    select period_key, sum(length_square) as clustered from groups group by period_key
),
-- of as many equal directions the distance would vary as it does: over pairs of groups, whose own noise does not enter
freedoms as (
    select one.period_key,
        sum(one.length_square * other.length_square)
            / nullif(sum(pow(list_dot_product(one.influences, other.influences), 2)), 0) as df
    from groups as one
    inner join groups as other on one.period_key = other.period_key and one.user_group <> other.user_group
    group by one.period_key
),
expected as (
    select period_key, sqrt(distance_square) as distance, is_one_group,
        greatest(1, freedoms.df) + 0 * freedoms.df as df, count(*) over () as week_count,
        -- never below that of independent conversations
        greatest(lengths.clustered, (square_sum / (week_total + reference_total) - middle_square)
            * (1 / week_n + 1 / reference_n)) as expected_square
    from distances
    inner join sizes using (period_key)
    inner join lengths using (period_key)
    left join freedoms using (period_key)
)
select period_key, distance, sqrt(expected_square) as expected_distance, df,
    -- 5 % over all weeks together; one group alone says nothing of how users differ
    case when not is_one_group then sqrt(expected_square * {{ chi_squared_over_df('(0.05 / week_count)', 'df') }}) end
        as distance_limit
from expected
