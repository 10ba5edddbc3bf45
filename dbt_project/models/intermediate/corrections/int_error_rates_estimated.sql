-- one row per correction, stratum and label: the part of the stratum whose settled label it is (method 5.4)
with labels as (
    select distinct placed.correction_key, settled.label
    from {{ ref('int_reviews_placed_in_corrections') }} as placed
    inner join {{ ref('int_labels_settled') }} as settled using (conversation_id, facet, coder)
    union
    select correction_key, {{ label_of_prediction('listed.facet', 'merged.predicted') }} as label
    from {{ ref('int_strata_merged') }} as merged
    inner join {{ ref('int_corrections_listed') }} as listed using (correction_key)
    where {{ is_label('merged.predicted') }}
),
credits as (
    select merged.correction_key, merged.stratum, settled.label, sum(placed.review_weight * settled.credit) as credit
    from {{ ref('int_reviews_placed_in_corrections') }} as placed
    inner join {{ ref('int_labels_settled') }} as settled using (conversation_id, facet, coder)
    inner join {{ ref('int_strata_merged') }} as merged using (correction_key, predicted)
    group by merged.correction_key, merged.stratum, settled.label
)
select correction_key, stratum, label, coalesce(credits.credit, 0) / strata.review_weight as label_share
from {{ ref('int_strata_counted') }} as strata
inner join labels using (correction_key)
left join credits using (correction_key, stratum, label)
