-- reviews that may say how often an engine errs: none of a conversation whose labels trained or tuned one. The mode
-- follows from the pattern
with reviews as (
    select *, frame in ('training', 'tuning') or regexp_matches(draw_id, '^(training|tuning)') as has_made_an_engine
    from {{ ref('stg_lake__reviews') }}
    where facet in ({{ quoted(reviewed_facets()) }})
),
cells as (
    select review_id, conversation_id, facet, coder, draw_id, frame, inclusion_probability, is_settled, reviewed_on,
        predicted_version,
        case when outcome = 'labelled' then {{ cell_of_review('facet', 'value') }} end as label,
        case when predicted is null then '_unclassified' else {{ cell_of_review('facet', 'predicted') }} end as predicted
    from reviews
    where not has_made_an_engine
        and (conversation_id, facet) not in (
            select (conversation_id, facet) from reviews where has_made_an_engine
        )
)
select * from cells
union all by name
select * replace ('automation' as facet, {{ mode_of('label') }} as label, {{ mode_of('predicted') }} as predicted)
from cells
where facet = 'collaboration'
