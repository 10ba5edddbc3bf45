-- one row per week compared and measure: Jensen-Shannon distance from the reference, what is expected of it when nothing
-- drifts, and the limit beyond which it is no accident. With p and q near each other the divergence is the squared
-- difference over 8 ln 2 times the mean, summed: its expectation follows from the variances (Rao and Scott 1981)
with divergences as (
    select period_key, measure, count(*) as cell_count,
        count(*) filter (where pooled_cell = '_suppressed') = count(*) as is_all_hidden,
        greatest(0, sum(
            {{ divergence_part('week_share', '((week_share + reference_share) / 2)') }}
            + {{ divergence_part('reference_share', '((week_share + reference_share) / 2)') }}
        )) as divergence,
        sum(difference_variance / ((week_share + reference_share) / 2)) as clustered
    from {{ ref('int_drift_cells_counted') }}
    where week_share + reference_share > 0
    group by period_key, measure
),
effective as (  -- Kish's number of conversations of each side
    select sides.period_key,
        pow(sum(sums.weight) filter (where not sides.is_reference_side), 2)
            / sum(sums.weight_square) filter (where not sides.is_reference_side) as week_n,
        pow(sum(sums.weight) filter (where sides.is_reference_side), 2)
            / sum(sums.weight_square) filter (where sides.is_reference_side) as reference_n
    from {{ ref('int_drift_sides_listed') }} as sides
    inner join (
        select periods.period_key, sum(answered.weight) as weight, sum(answered.weight * answered.weight) as weight_square
        from {{ ref('int_conversations_answered') }} as answered
        inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
        where periods.period_type = 'week'
        group by periods.period_key
    ) as sums on sides.side_period_key = sums.period_key
    group by sides.period_key
),
one_users as (
    select period_key,
        bool_or(week_weight > 0 and week_scale = 0 or reference_weight > 0 and reference_scale = 0) as is_one_user
    from {{ ref('int_users_summed_in_drift') }}
    group by period_key
),
expected as (
    select divergences.*, one_users.is_one_user, count(*) over (partition by measure) as week_count,
        -- never below that of independent conversations
        greatest(clustered, (cell_count - 1) * (1 / week_n + 1 / reference_n)) / (8 * ln(2)) as expected_divergence
    from divergences
    inner join effective using (period_key)
    inner join one_users using (period_key)
)
select period_key, measure, cell_count, is_all_hidden,
    sqrt(divergence) as distance,
    sqrt(expected_divergence) as expected_distance,
    -- 5 % over all weeks of a measure together; one user alone says nothing of how users differ
    case
        when is_one_user then null
        when cell_count > 1 then
            sqrt(expected_divergence * {{ chi_squared_over_df('(0.05 / week_count)', '(cell_count - 1)') }})
        else 0
    end as distance_limit
from expected
