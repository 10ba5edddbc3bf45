-- conversations with a settled label, and how many each stands for. Its reviews carry one chance, that of all draws
-- together, which knows those that did not find it too (method 5.5)
with drawn as (
    select conversation_id, facet, coder,
        case when count(distinct frame) = 1 then min(frame) else 'mixed' end as frame,
        max(inclusion_probability) as inclusion_probability,
        count(distinct review_id) as review_count
    from {{ ref('int_reviews_kept') }}
    group by conversation_id, facet, coder
)
select labelled.week_start, labelled.conversation_key, labelled.cluster_key, labelled.cluster_unit,
    drawn.conversation_id, drawn.facet, drawn.coder, drawn.frame, drawn.review_count,
    labelled.weight / drawn.inclusion_probability as review_weight
from drawn
semi join {{ ref('int_labels_settled') }} as settled using (conversation_id, facet, coder)
inner join {{ ref('int_conversations_labelled') }} as labelled using (conversation_id)
