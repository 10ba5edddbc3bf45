-- weight and number of conversations under each denominator: conversations add up where users do not
select sums.period_key, sums.segment_key, parts.cell_key as denominator_key,
    sum(sums.weight * parts.part) as denominator,
    sum(sums.conversation_count)::bigint as n_conversations,
    -- Kish: equals the number of conversations where weights are one
    pow(sum(sums.weight * parts.part), 2) / sum(sums.weight_square * parts.part * parts.part) as kish_n
from {{ ref('int_answers_summed_to_periods') }} as sums
inner join {{ ref('int_answers_counted_in_cells') }} as parts using (answer_key)
where parts.is_denominator
group by sums.period_key, sums.segment_key, parts.cell_key
