-- one slope per correction: how much of the engine's labels the second estimator keeps (method 5.4), by reviews weighted
-- with the inverse of their chance
with labels as (
    select distinct correction_key, label from {{ ref('int_error_rates_estimated') }}
),
pairs as (
    select placed.correction_key, labels.label, placed.review_weight as weight,
        coalesce(settled.credit, 0) as y,
        ({{ label_of_prediction('placed.facet', 'placed.predicted') }} = labels.label)::int as f
    from {{ ref('int_reviews_placed_in_corrections') }} as placed
    inner join labels using (correction_key)
    left join {{ ref('int_labels_settled') }} as settled using (conversation_id, facet, coder, label)
),
moments as (
    select correction_key, label,
        sum(weight * y * f) / sum(weight) - sum(weight * y) * sum(weight * f) / pow(sum(weight), 2) as covariance,
        sum(weight * f * f) / sum(weight) - pow(sum(weight * f) / sum(weight), 2) as variance
    from pairs
    group by correction_key, label
)
select correction_key,
    case when sum(variance) > 1e-12 then greatest(0, least(1, sum(covariance) / sum(variance))) else 0 end as slope
from moments
group by correction_key
