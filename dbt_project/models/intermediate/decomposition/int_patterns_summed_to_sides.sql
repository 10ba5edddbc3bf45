-- conversations with a classified pattern on each side, by mapping and pattern: what the cells are made of
select sums.period_key, sums.segment_key, patterns.patterns_key, patterns.mapping_key, patterns.collaboration,
    patterns.automation, sums.weight, sums.conversation_count
from {{ ref('int_answers_summed_to_periods') }} as sums
inner join {{ ref('int_patterns_numbered') }} as patterns on sums.answer_key = patterns.patterns_key
semi join {{ ref('int_sides_listed') }} using (period_key, segment_key)
where not {{ is_special('patterns.automation') }}
