-- what an answer gives to the hidden cells of a table, where the answer was given
with hidden as (
    select period_key, segment_key, measure, parent_cell, cell_key, is_withheld
    from {{ ref('int_cells_suppressed') }}
    where is_suppressed
)
select hidden.period_key, hidden.segment_key, hidden.measure, hidden.parent_cell, sums.answer_key,
    any_value(sums.conversation_count) as conversation_count,
    sum(parts.part) as part,
    bool_or(hidden.is_withheld) as is_withheld
from hidden
inner join {{ ref('int_answers_counted_in_cells') }} as parts using (cell_key)
inner join {{ ref('int_answers_summed_to_periods') }} as sums using (period_key, segment_key, answer_key)
group by hidden.period_key, hidden.segment_key, hidden.measure, hidden.parent_cell, sums.answer_key
