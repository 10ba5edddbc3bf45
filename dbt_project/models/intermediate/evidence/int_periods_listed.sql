-- every period that figures are of, once; a published release has its own window
with windows as (
    select distinct window_start from {{ ref('int_published_segments_listed') }}
),
weeks as (
    select distinct period_key, period_type, period_start from {{ ref('int_periods_numbered') }}
)
select period_key, period_type, period_start from weeks
union all
select cast((select coalesce(max(period_key), 0) from weeks) + row_number() over (order by window_start) as integer),
    'window', window_start
from windows
