-- one row per correction and label: the second estimator, a difference with one slope (method 5.4). Its stratum is the
-- whole frame: strata of a draw enter by their chances
with reviews as (
    select placed.correction_key, placed.cluster_key, rates.label, slopes.slope, placed.review_weight,
        placed.review_weight / sum(placed.review_weight) over (partition by placed.correction_key, rates.label) as part,
        coalesce(settled.credit, 0)
        - slopes.slope * ({{ label_of_prediction('placed.facet', 'placed.predicted') }} = rates.label)::int as rest
    from {{ ref('int_reviews_placed_in_corrections') }} as placed
    inner join {{ ref('int_slopes_estimated') }} as slopes using (correction_key)
    inner join (select distinct correction_key, label from {{ ref('int_error_rates_estimated') }}) as rates
        using (correction_key)
    left join {{ ref('int_labels_settled') }} as settled using (conversation_id, facet, coder, label)
),
rests as (
    select correction_key, label, any_value(slope) as slope, sum(part * rest) as rest_mean,
        sum(part * rest * rest) - pow(sum(part * rest), 2) as rest_variance,
        {{ kish('sum(review_weight)', 'sum(review_weight * review_weight)') }} as n
    from reviews
    group by correction_key, label
),
users as (
    select listed.correction_key, sums.cluster_key, {{ label_of_prediction('listed.facet', 'sums.predicted') }} as label,
        sum(sums.weight) / any_value(weighed.weight) as weight_part
    from {{ ref('int_corrections_listed') }} as listed
    inner join {{ ref('int_predictions_summed_by_user') }} as sums using (period_key, facet)
    inner join {{ ref('int_users_weighed_in_periods') }} as weighed using (period_key, facet)
    group by all
),
people as (select correction_key, cluster_key, sum(weight_part) as h from users group by correction_key, cluster_key),
predicted as (select correction_key, label, sum(weight_part) as predicted_share from users group by correction_key, label),
reviewed as (
    select reviews.correction_key, reviews.cluster_key, reviews.label, sum(reviews.part * (reviews.rest - rests.rest_mean)) as effect
    from reviews
    inner join rests using (correction_key, label)
    group by reviews.correction_key, reviews.cluster_key, reviews.label
),
everybody as (
    select correction_key, cluster_key, coalesce(people.h, 0) as h
    from people
    full join (select distinct correction_key, cluster_key from reviewed) as reviewers using (correction_key, cluster_key)
),
effects as (
    select correction_key, label,
        sum(pow(
            rests.slope * (coalesce(users.weight_part, 0) - everybody.h * coalesce(predicted.predicted_share, 0))
            + coalesce(reviewed.effect, 0), 2
        )) as squares
    from rests
    inner join everybody using (correction_key)
    left join predicted using (correction_key, label)
    left join users using (correction_key, cluster_key, label)
    left join reviewed using (correction_key, cluster_key, label)
    group by correction_key, label
)
select rests.correction_key, rests.label, rests.slope,
    rests.slope * coalesce(predicted.predicted_share, 0) + rests.rest_mean as second_share,
    effects.squares, rests.rest_variance / nullif(rests.n - 1, 0) as rest_variance_of_mean, rests.n as kish_reviews
from rests
inner join effects using (correction_key, label)
left join predicted using (correction_key, label)
