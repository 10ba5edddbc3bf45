with read as (
    select week_start, count(*) as read_count from {{ ref('stg_lake__conversations') }} group by week_start
),
labelled as (
    select week_start, count(*) as labelled_count from {{ ref('stg_lake__facet_summaries') }} group by week_start
),
rejected as (
    select week_start, count(*) as rejected_count from {{ ref('stg_lake__conversations_rejected') }} group by week_start
),
weeks as (
    select unnest(generate_series(
        (select min(week_start) from read), (select max(week_start) from read), interval 7 day
    ))::date as week_start
)
select
    weeks.week_start,
    case
        when read.read_count is null then 'empty'
        when labelled.labelled_count is null then 'not_classified'
        else 'filled'
    end as state,
    coalesce(read.read_count, 0) as read_count,
    coalesce(labelled.labelled_count, 0) as labelled_count,
    coalesce(rejected.rejected_count, 0) as rejected_count
from weeks
left join read using (week_start)
left join labelled using (week_start)
left join rejected using (week_start)
