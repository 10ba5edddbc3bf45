with weeks as (
    select distinct week_start, week_start + 3 as thursday from {{ ref('int_conversations_labelled') }}
),
periods as (
    select week_start, 'week' as period_type, week_start as period_start from weeks
    union all
    select week_start, 'month', date_trunc('month', thursday)::date from weeks
    union all
    select week_start, 'quarter', date_trunc('quarter', thursday)::date from weeks
    union all
    select week_start, 'all', date '2020-06-01' from weeks
)
select week_start, period_type, period_start,
    cast(dense_rank() over (order by period_type, period_start) as integer) as period_key
from periods
