-- the ten largest tasks that may be shown: their share of classified work; a lower bound where cells are suppressed
with ranked as (
    select *,
        row_number() over (
            partition by period_type, period_start, segment_type, segment order by usage_share desc, statement_hash
        ) as task_rank
    from {{ ref('mart_tasks') }}
    where footing = 'of_classified' and not {{ is_special('statement_hash') }}
),
largest as (
    select * from ranked where task_rank <= 10
),
answers as (  -- a mapping to two of the ten is one conversation
    select distinct largest.period_type, largest.period_start, largest.segment_type, largest.segment,
        sums.answer_key, sums.conversation_count
    from largest
    inner join {{ ref('int_periods_listed') }} as periods
        using (period_type, period_start)
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_type, segment)
    inner join {{ ref('int_cells_numbered') }} as cells
        on largest.statement_hash = cells.cell and cells.measure = 'statement'
    inner join {{ ref('int_answers_counted_in_cells') }} as parts using (cell_key)
    inner join {{ ref('int_answers_summed_to_periods') }} as sums using (period_key, segment_key, answer_key)
),
counted as (
    select period_type, period_start, segment_type, segment, sum(conversation_count)::bigint as n_conversations
    from answers
    group by period_type, period_start, segment_type, segment
)
select
    period_type, period_start, segment_type, segment,
    'top_10_tasks' as statistic,
    sum(largest.usage_share) as value,
    null::double as value_lo,
    null::double as value_hi,
    count(*) as n_cells,
    any_value(largest.denominator)::double as denominator,
    any_value(counted.n_conversations) as n_conversations,
    null::bigint as n_users,  -- users of ten tasks do not add up
    any_value(largest.floor) as floor,
    any_value(largest.engine) as engine
from largest
inner join counted using (period_type, period_start, segment_type, segment)
group by period_type, period_start, segment_type, segment
