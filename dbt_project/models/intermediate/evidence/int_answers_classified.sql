-- one row per answer and table (measure and parent): how much of a conversation is in the table, and in its labels
select answer_key, measure, parent_cell,
    -- all that came in is in a table without parent: several skills may share a conversation
    case when parent_cell = '' then 1::double else sum(part) end as whole_part,
    case
        when measure in ('skills', 'skills_needed') then round(1 - coalesce(sum(part) filter (where is_special), 0), 12)
        else coalesce(sum(part) filter (where not is_special), 0)
    end as classified_part
from (select *, {{ is_special('cell') }} as is_special from {{ ref('int_answers_listed') }}) as listed
group by answer_key, measure, parent_cell
