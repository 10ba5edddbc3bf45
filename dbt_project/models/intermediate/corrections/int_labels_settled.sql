-- the label of a conversation under the codebook, by kind of coder: the settled one; else what reviews agree on; else
-- each of theirs for its part of them
with labelled as (
    select *, bool_or(is_settled) over (partition by conversation_id, facet, coder) as has_settled
    from {{ ref('int_reviews_kept') }}
    where label is not null
),
counting as (
    select * from labelled where not has_settled
    union all
    (
        select * from labelled where is_settled
        -- settled twice: the last
        qualify row_number() over (partition by conversation_id, facet, coder order by reviewed_on desc, review_id desc) = 1
    )
)
select conversation_id, facet, coder, label,
    count(*) / sum(count(*)) over (partition by conversation_id, facet, coder) as credit
from counting
group by conversation_id, facet, coder, label
