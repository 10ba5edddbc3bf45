-- which reviews correct which table: those of its period, where the engine versions that they are of gave nearly all of
-- its labels; for a month, beside them, those of up to twelve weeks that end with it, of the same frame and engine
-- version. A table with fewer than fifty is not corrected (method 5.5)
with predictions as (
    select *, case when version is not null then concat_ws(' ', engine, model_hash, version) end as answered_by
    from {{ ref('int_conversations_predicted') }}
),
reviewed as (
    select reviews.*, predicted.predicted, predicted.answered_by
    from {{ ref('int_conversations_reviewed') }} as reviews
    inner join predictions as predicted using (conversation_key, facet)
),
tables as (
    select week_start, period_key
    from {{ ref('int_periods_numbered') }}
    where period_type in ('all', 'month')
),
given as (
    select tables.period_key, predicted.facet, predicted.answered_by, sum(predicted.weight) as weight
    from predictions as predicted
    inner join tables using (week_start)
    group by tables.period_key, predicted.facet, predicted.answered_by
),
known as (  -- as of a stratum, fewer than five reviews say nothing
    select tables.period_key, reviewed.facet, reviewed.coder, reviewed.answered_by, count(*) >= 5 as is_known
    from reviewed
    inner join tables using (week_start)
    group by tables.period_key, reviewed.facet, reviewed.coder, reviewed.answered_by
),
covered as (  -- what no version was asked of is as it is in all of them
    select coders.period_key, coders.facet, coders.coder
    from (select distinct period_key, facet, coder from known) as coders
    inner join given using (period_key, facet)
    left join known using (period_key, facet, coder, answered_by)
    group by coders.period_key, coders.facet, coders.coder
    having coalesce(sum(given.weight) filter (where known.is_known), 0)
        >= 0.95 * coalesce(sum(given.weight) filter (where given.answered_by is not null), 0)
),
months as (
    select periods.period_key, predicted.facet, min(predicted.answered_by) as answered_by,
        max(periods.week_start) as last_week
    from predictions as predicted
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    where periods.period_type = 'month'
    group by periods.period_key, predicted.facet
    having count(distinct predicted.answered_by) = 1
),
within_reach as (
    select months.period_key, months.last_week, reviewed.*
    from months
    inner join reviewed
        on months.facet = reviewed.facet and months.answered_by = reviewed.answered_by
        and reviewed.week_start between months.last_week - 77 and months.last_week
),
frames as (
    select period_key, facet, coder, frame
    from within_reach
    group by period_key, facet, coder, frame
    qualify row_number() over (partition by period_key, facet, coder order by count(*) desc, frame) = 1
),
placed as (
    select tables.period_key, false as is_pooled, true as is_of_period, reviewed.*
    from reviewed
    inner join tables using (week_start)
    semi join covered using (period_key, facet, coder)
    union all by name
    select within_reach.* exclude (last_week), true as is_pooled, periods.week_start is not null as is_of_period
    from within_reach
    semi join frames using (period_key, facet, coder, frame)
    left join {{ ref('int_periods_numbered') }} as periods using (period_key, week_start)
)
select cast(dense_rank() over (order by period_key, facet, coder, is_pooled) as integer) as correction_key,
    period_key, facet, coder, is_pooled, is_of_period, frame,
    conversation_key, conversation_id, cluster_key, predicted, review_weight
from (
    select * from placed
    qualify count(*) over (partition by period_key, facet, coder, is_pooled) >= 50
) as enough
