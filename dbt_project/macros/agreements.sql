{# Share of equal answers with its interval (method 5.1): the table has two cells, equal and not. `grouped` has one row per
   comparison and cluster; `n_users` counts them. #}
{% macro agreement_intervals(grouped, n_users) %}
with users as (
    select *,
        weight_sum / sum(weight_sum) over of_all as h,
        sum(weight_in_agreement) over of_all / sum(weight_sum) over of_all as p
    from {{ grouped }}
    window of_all as (partition by comparison_key)
),
summed as (
    select comparison_key, any_value(p) as p, max(h) as h_max,
        sum(conversation_count)::bigint as n_conversations,
        ({{ n_users }})::bigint as n_users,
        pow(sum(weight_sum), 2) / sum(weight_square_sum) as kish_n,
        -- in parts of the denominator
        sum(pow(weight_in_agreement - p * weight_sum, 2) / (1 - h)) filter (where h < 1) / pow(sum(weight_sum), 2)
            as clustered_variance,
        sum(h * h) as h2,
        sum(h * h / (1 - h)) filter (where h < 1) as h2_leveraged,
        sum(pow(h, 4) / pow(1 - h, 2)) filter (where h < 1) as h4_leveraged
    from users
    group by comparison_key
),
floored as (  -- both cells have the same errors; weights are scaled to sum to Kish's n
    select *,
        {{ pooled_design_effect('2 * clustered_variance * pow(kish_n, 2)', '(2 * p * (1 - p))', 'kish_n',
            '(h2 * pow(kish_n, 2))') }} as deff_floor,
        {{ clustered_df('h2', 'h2_leveraged', 'h4_leveraged') }} as df
    from summed
    where h_max < 1 - 1e-12
),
effective as (
    select *, p > 1e-12 and p < 1 - 1e-12 as is_inside,
        greatest(clustered_variance, deff_floor * p * (1 - p) / kish_n) as variance,
        {{ t_quantile('df') }} as t
    from floored
),
intervals as (  -- weights differ by design: no more stands behind a share than Kish's n
    select *,
        case when is_inside then least(kish_n, p * (1 - p) / variance) else kish_n / deff_floor end as n_eff,
        case when is_inside then variance * kish_n / (p * (1 - p)) else deff_floor end as deff
    from effective
)
select summed.comparison_key, summed.n_conversations, summed.n_users,
    summed.p as agreement_share,
    {{ wilson_end('intervals.p', 'intervals.n_eff', 'intervals.t', '-') }} as agreement_share_lo,
    {{ wilson_end('intervals.p', 'intervals.n_eff', 'intervals.t', '+') }} as agreement_share_hi,
    intervals.n_eff, intervals.deff, intervals.df,
    case when intervals.is_inside then 'CR2, Wilson' when not intervals.is_inside then 'exact end' else 'one user' end
        as interval_method
from summed
left join intervals using (comparison_key)
{% endmacro %}
