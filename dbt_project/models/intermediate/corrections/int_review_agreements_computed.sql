-- one row per comparison: accuracy and kappa with intervals by leaving out groups of users (method 5.8)
with reviews as (
    select comparison_key, count(distinct conversation_key) as n_reviews,
        (count(distinct cluster_key) filter (where cluster_key > 0) + max((cluster_key < 0)::int))::bigint as n_users,
        {{ kish('sum(weight)', 'sum(pow(weight, 2) / credit)') }} as kish_reviews
    from {{ ref('int_reviews_compared') }}
    group by comparison_key
),
replicates as (
    {% for figure in ['accuracy', 'kappa'] %}
    select groups.comparison_key, '{{ figure }}' as figure, groups.part, wholes.{{ figure }} as whole_value,
        groups.{{ figure }} as value_left
    from {{ ref('int_review_rates_resampled') }} as groups
    inner join {{ ref('int_review_rates_resampled') }} as wholes using (comparison_key)
    where groups.group_number > 0 and wholes.group_number = 0 and wholes.{{ figure }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),
jackknife as (
    {{ jackknife_over_groups('replicates', ['comparison_key', 'figure']) }}
),
figures as (
    select wholes.comparison_key, wholes.accuracy, wholes.kappa, reviews.n_reviews, reviews.n_users,
        of_accuracy.df is not null as has_accuracy_interval,
        {{ t_quantile('coalesce(of_accuracy.df, 1)') }} as accuracy_t,
        -- no more stands behind it than its reviews
        case when wholes.accuracy between 1e-12 and 1 - 1e-12
            then least(reviews.kish_reviews, wholes.accuracy * (1 - wholes.accuracy) / nullif(pow(of_accuracy.sd, 2), 0))
            else reviews.kish_reviews end as accuracy_n,
        of_kappa.sd * {{ t_quantile('coalesce(of_kappa.df, 1)') }} as kappa_half_width
    from {{ ref('int_review_rates_resampled') }} as wholes
    inner join reviews using (comparison_key)
    left join jackknife as of_accuracy on wholes.comparison_key = of_accuracy.comparison_key and of_accuracy.figure = 'accuracy'
    left join jackknife as of_kappa on wholes.comparison_key = of_kappa.comparison_key and of_kappa.figure = 'kappa'
    where wholes.group_number = 0
)
select comparison_key, n_reviews, n_users, accuracy,
    case when has_accuracy_interval then {{ wilson_end('accuracy', 'accuracy_n', 'accuracy_t', '-') }} end as accuracy_lo,
    case when has_accuracy_interval then {{ wilson_end('accuracy', 'accuracy_n', 'accuracy_t', '+') }} end as accuracy_hi,
    kappa,
    -- where all agree nothing varies: no interval is claimed
    case when kappa_half_width > 0 then greatest(-1, kappa - kappa_half_width) end as kappa_lo,
    case when kappa_half_width > 0 then least(1, kappa + kappa_half_width) end as kappa_hi
from figures
