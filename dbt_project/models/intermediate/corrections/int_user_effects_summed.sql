-- one row per correction and label: squares over users of what each does to the corrected share, by the engine's labels
-- alone, and with the reviews (joint influence; method 5.4)
with users as (
    select listed.correction_key, sums.cluster_key, sum(sums.weight) / any_value(weighed.weight) as h
    from {{ ref('int_corrections_listed') }} as listed
    inner join {{ ref('int_predictions_summed_by_user') }} as sums using (period_key, facet)
    inner join {{ ref('int_users_weighed_in_periods') }} as weighed using (period_key, facet)
    group by listed.correction_key, sums.cluster_key
),
predicted as (
    select listed.correction_key, sums.cluster_key, rates.label,
        sum(sums.weight * (rates.label_share - shares.corrected_share)) / any_value(weighed.weight) as effect
    from {{ ref('int_corrections_listed') }} as listed
    inner join {{ ref('int_predictions_summed_by_user') }} as sums using (period_key, facet)
    inner join {{ ref('int_users_weighed_in_periods') }} as weighed using (period_key, facet)
    inner join {{ ref('int_strata_merged') }} as merged using (correction_key, predicted)
    inner join {{ ref('int_error_rates_estimated') }} as rates using (correction_key, stratum)
    inner join {{ ref('int_shares_corrected') }} as shares using (correction_key, label)
    group by listed.correction_key, sums.cluster_key, rates.label
),
reviewed as (
    select placed.correction_key, placed.cluster_key, rates.label,
        sum(
            counted.stratum_share * placed.review_weight / counted.review_weight
            * (coalesce(settled.credit, 0) - rates.label_share)
        ) as effect
    from {{ ref('int_reviews_placed_in_corrections') }} as placed
    inner join {{ ref('int_strata_merged') }} as merged using (correction_key, predicted)
    inner join {{ ref('int_strata_counted') }} as counted using (correction_key, stratum)
    inner join {{ ref('int_error_rates_estimated') }} as rates using (correction_key, stratum)
    left join {{ ref('int_labels_settled') }} as settled using (conversation_id, facet, coder, label)
    group by placed.correction_key, placed.cluster_key, rates.label
),
effects as (  -- whoever is in pooled reviews alone has no part of the period
    select correction_key, cluster_key, label, coalesce(predicted.effect, 0) as of_predictions,
        coalesce(reviewed.effect, 0) as of_reviews, coalesce(users.h, 0) as h
    from predicted
    full join reviewed using (correction_key, cluster_key, label)
    left join users using (correction_key, cluster_key)
)
select correction_key, label,
    sum(pow(of_predictions, 2) / (1 - h)) filter (where h < 1) as squares,
    sum(pow(of_predictions / sqrt(1 - h) + of_reviews, 2)) filter (where h < 1) as joint_squares
from effects
group by correction_key, label
