-- clustered variance of the mean, of the mean logarithm and of the share at or below the median (method 5.1, 5.2)
with totals as (
    select period_key, segment_key, facet, any_value(median) as median,
        sum(conversation_count)::bigint as n,
        (count(*) filter (where cluster_key > 0) + max((cluster_key < 0)::int))::bigint as n_users,
        sum(weight) as d, pow(sum(weight), 2) / sum(weight_square) as kish_n, sum(weight * weight) as square_sum,
        sum(positive_weight) as d_positive,
        max(weight) / sum(weight) as h_max,
        list_sum(max(weight, 2)) / sum(weight) as two_largest,
        sum(number_sum) / sum(weight) as mean,
        sum(number_square_sum) / sum(weight) - pow(sum(number_sum) / sum(weight), 2) as spread,
        sum(log_sum) / nullif(sum(positive_weight), 0) as log_mean,
        sum(weight_up_to_median) / sum(weight) as p
    from {{ ref('int_numbers_summed_by_user') }}
    group by period_key, segment_key, facet
),
users as (
    select users.*, totals.*, users.weight / totals.d as h, users.positive_weight / totals.d_positive as h_positive
    from {{ ref('int_numbers_summed_by_user') }} as users
    inner join totals using (period_key, segment_key, facet)
),
summed as (
    select period_key, segment_key, facet,
        sum(pow(number_sum - mean * weight, 2) / (1 - h)) filter (where h < 1) / any_value(d * d) as mean_variance,
        sum(pow(log_sum - log_mean * positive_weight, 2) / (1 - h_positive)) filter (where h_positive < 1)
            / any_value(d_positive * d_positive) as log_variance,
        sum(pow(weight_up_to_median - p * weight, 2) / (1 - h)) filter (where h < 1) as squares,
        sum(h * h) as h2,
        sum(h * h / (1 - h)) filter (where h < 1) as h2_leveraged,
        sum(pow(h, 4) / pow(1 - h, 2)) filter (where h < 1) as h4_leveraged
    from users
    group by period_key, segment_key, facet
),
floored as (
    select totals.*, summed.mean_variance, summed.log_variance, summed.squares,
        {{ clustered_df('h2', 'h2_leveraged', 'h4_leveraged') }} as df,
        {{ pooled_design_effect('2 * squares * pow(kish_n / d, 2)', '2 * p * (1 - p)', 'kish_n', 'square_sum * pow(kish_n / d, 2)') }}
            as deff_floor
    from totals
    inner join summed using (period_key, segment_key, facet)
)
select period_key, segment_key, facet, n, n_users, h_max, two_largest, mean, spread, log_mean, median, p, df,
    mean_variance, log_variance,
    greatest(squares / (d * d), deff_floor * p * (1 - p) / kish_n) as median_share_variance,
    {{ t_quantile('df') }} as t
from floored
