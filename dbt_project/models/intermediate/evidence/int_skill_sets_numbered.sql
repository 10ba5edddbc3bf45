with skill_sets as (
    select distinct skill_cells from {{ ref('int_conversations_labelled') }} where skill_cells is not null
)
select skill_cells, cast(4 * row_number() over (order by skill_cells) + 1 as integer) as skills_key
from skill_sets
