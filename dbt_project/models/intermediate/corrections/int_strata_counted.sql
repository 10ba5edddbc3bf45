-- one row per correction and stratum: its share of all conversations, and the reviews behind it (method 5.4)
with strata as (
    select correction_key, stratum, sum(weight) as weight,
        {{ kish('sum(weight)', 'sum(weight_square)') }} as kish_n
    from {{ ref('int_strata_merged') }}
    group by correction_key, stratum
),
reviews as (
    select merged.correction_key, merged.stratum, sum(placed.review_weight) as review_weight,
        {{ kish('sum(placed.review_weight)', 'sum(placed.review_weight * placed.review_weight)') }} as kish_reviews
    from {{ ref('int_reviews_placed_in_corrections') }} as placed
    inner join {{ ref('int_strata_merged') }} as merged using (correction_key, predicted)
    group by merged.correction_key, merged.stratum
)
select strata.correction_key, strata.stratum, strata.kish_n,
    strata.weight / sum(strata.weight) over (partition by strata.correction_key) as stratum_share,
    reviews.review_weight, reviews.kish_reviews
from strata
inner join reviews using (correction_key, stratum)
