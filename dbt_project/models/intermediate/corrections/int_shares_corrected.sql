-- one row per correction and label: the post-stratified share, and what its variance is made of (method 5.4)
with strata as (
    select rates.correction_key, rates.stratum, rates.label, rates.label_share as p, counted.stratum_share as f,
        counted.kish_reviews as n, counted.kish_n as of_stratum,
        (counted.kish_reviews * rates.label_share + 0.5) / (counted.kish_reviews + 1) as smoothed,
        sum(counted.stratum_share * rates.label_share) over (partition by rates.correction_key, rates.label) as corrected
    from {{ ref('int_error_rates_estimated') }} as rates
    inner join {{ ref('int_strata_counted') }} as counted using (correction_key, stratum)
),
summed as (
    select correction_key, label, any_value(corrected) as corrected_share, count(*) as n_strata,
        sum(f * f * smoothed * (1 - smoothed) / (n + 1)) as review_variance,
        -- of a population that is reviewed in part
        sum(f * f * smoothed * (1 - smoothed) / (n + 1) * greatest(0, 1 - n / nullif(of_stratum, 0))) as review_variance_of_rest,
        sum(f * pow(p - corrected, 2)) as explained_variance
    from strata
    group by correction_key, label
),
reviews as (  -- reviews that bear on a label: it was predicted, or it is what they say
    select placed.correction_key, rates.label, count(distinct placed.conversation_id) as n_label_reviews,
        count(distinct case when settled.label is not null then placed.cluster_key end) as n_label_users
    from {{ ref('int_reviews_placed_in_corrections') }} as placed
    inner join (select distinct correction_key, label from {{ ref('int_error_rates_estimated') }}) as rates
        using (correction_key)
    left join {{ ref('int_labels_settled') }} as settled
        on placed.conversation_id = settled.conversation_id and placed.facet = settled.facet
        and placed.coder = settled.coder and rates.label = settled.label
    where settled.label is not null or {{ label_of_prediction('placed.facet', 'placed.predicted') }} = rates.label
    group by placed.correction_key, rates.label
)
select summed.correction_key, summed.label, least(1, summed.corrected_share) as corrected_share, summed.n_strata,
    summed.review_variance,
    -- reviews of other weeks are no part of the period
    case when listed.is_pooled then summed.review_variance else coalesce(summed.review_variance_of_rest, 0) end
        as review_variance_of_rest,
    summed.explained_variance,
    coalesce(reviews.n_label_reviews, 0) as n_label_reviews, coalesce(reviews.n_label_users, 0) as n_label_users
from summed
inner join {{ ref('int_corrections_listed') }} as listed using (correction_key)
left join reviews using (correction_key, label)
