-- reviews beside the label that the engine gave at the draw: a conversation with two settled labels is a row for each
with drawn as (
    select conversation_id, facet, coder, min(predicted_version) as predicted_version, min(predicted) as predicted
    from {{ ref('int_reviews_kept') }}
    group by conversation_id, facet, coder
)
select
    -- versions and coders are never pooled
    cast(dense_rank() over (order by drawn.facet, drawn.predicted_version, drawn.coder) as integer) as comparison_key,
    drawn.facet, drawn.predicted_version, drawn.coder, reviews.conversation_key, reviews.cluster_key, reviews.cluster_unit,
    reviews.frame, drawn.predicted, settled.label, reviews.review_weight * settled.credit as weight, settled.credit
from {{ ref('int_conversations_reviewed') }} as reviews
inner join drawn using (conversation_id, facet, coder)
inner join {{ ref('int_labels_settled') }} as settled using (conversation_id, facet, coder)
