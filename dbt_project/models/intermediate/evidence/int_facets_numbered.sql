-- distinct sets of labels: what follows from labels is computed once for each set, not for each conversation
with label_sets as (
    select distinct {{ label_measures() | join(', ') }}
    from {{ ref('int_conversations_labelled') }}
    union  -- a release publishes patterns alone: all else is not asked
    select collaboration, {{ mode_of('collaboration') }}, null, null, null, null
    from {{ ref('int_published_cells_listed') }}
    where facet = 'collaboration'
)
select {{ label_measures() | join(', ') }},
    cast(4 * row_number() over (order by {{ label_measures() | join(', ') }}) as integer) as facets_key
from label_sets
