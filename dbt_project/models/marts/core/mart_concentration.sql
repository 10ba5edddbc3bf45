-- the ten largest tasks that may be shown: their share of classified work; a lower bound where cells are suppressed
with ranked as (
    select *,
        row_number() over (
            partition by period_type, period_start, segment_type, segment order by usage_share desc, statement_hash
        ) as task_rank
    from {{ ref('mart_tasks') }}
    where footing = 'of_classified' and not {{ is_special('statement_hash') }}
)
select
    period_type, period_start, segment_type, segment,
    'top_10_tasks' as statistic,
    sum(usage_share) as value,
    null::double as value_lo,
    null::double as value_hi,
    count(*) as n_cells,
    any_value(denominator)::double as denominator,
    sum(n_conversations)::bigint as n_conversations,
    null::bigint as n_users,  -- users of ten tasks do not add up
    any_value(floor) as floor,
    any_value(engine) as engine
from ranked
where task_rank <= 10
group by period_type, period_start, segment_type, segment
