-- which reviews correct which table: those of its period; for a month, beside them, those of up to twelve weeks that end
-- with it, of the same frame and engine version. A table with fewer than fifty is not corrected (method 5.5)
with reviewed as (
    select reviews.*, predicted.predicted, predicted.version
    from {{ ref('int_conversations_reviewed') }} as reviews
    inner join {{ ref('int_conversations_predicted') }} as predicted using (conversation_key, facet)
),
months as (
    select periods.period_key, predicted.facet, min(predicted.version) as version, max(periods.week_start) as last_week
    from {{ ref('int_conversations_predicted') }} as predicted
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    where periods.period_type = 'month'
    group by periods.period_key, predicted.facet
    having count(distinct predicted.version) = 1
),
within_reach as (
    select months.period_key, months.last_week, reviewed.*
    from months
    inner join reviewed
        on months.facet = reviewed.facet and months.version = reviewed.version
        and reviewed.week_start between months.last_week - 77 and months.last_week
),
frames as (
    select period_key, facet, coder, frame
    from within_reach
    group by period_key, facet, coder, frame
    qualify row_number() over (partition by period_key, facet, coder order by count(*) desc, frame) = 1
),
placed as (
    select periods.period_key, false as is_pooled, true as is_of_period, reviewed.*
    from reviewed
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    where periods.period_type in ('all', 'month')
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
