select correction_key, any_value(period_key) as period_key, any_value(facet) as facet, any_value(coder) as coder,
    any_value(is_pooled) as is_pooled,
    case when count(distinct frame) = 1 then min(frame) else 'mixed' end as frame,
    count(*) as n_reviews,
    {{ kish('sum(review_weight)', 'sum(review_weight * review_weight)') }} as kish_reviews
from {{ ref('int_reviews_placed_in_corrections') }}
group by correction_key
