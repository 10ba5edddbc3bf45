-- which two shares are compared: two models of a period, or the last two comparable periods
with periods as (
    select period_key, period_type, period_start, count(*) as week_count
    from {{ ref('int_periods_numbered') }}
    group by period_key, period_type, period_start
),
described as (
    select periods.period_key, periods.period_type, periods.period_start, described.segment_key, described.engine,
        -- a month is whole if every one of its Thursdays has a week here
        periods.period_type = 'week' or periods.week_count = (
            select count(*)
            from range(periods.period_start, periods.period_start + interval 1 month, interval 1 day) as days (day)
            where isodow(day) = 4
        ) as is_whole
    from periods
    inner join {{ ref('int_segments_described') }} as described using (period_key)
),
models as (  -- the four most used: pairs of all would be many, and most of them empty
    select segment_key, row_number() over (order by sum(n_conversations) desc, segment_key) as model_rank
    from {{ ref('int_segments_numbered') }}
    inner join {{ ref('int_denominators_summed') }} using (segment_key)
    inner join periods using (period_key)
    where segment_type = 'model' and segment <> '(unknown)' and period_type = 'all'
    group by segment_key
    qualify model_rank <= 4
),
comparable as (  -- by one engine throughout, the one that answered last; of which version, int_breaks_marked
    select period_key, period_type, period_start,
        row_number() over (partition by period_type order by period_start desc) as recency
    from described
    where segment_key = 1 and period_type in ('week', 'month') and is_whole and engine not in ('mixed', 'none')
    qualify engine = first_value(engine) over (partition by period_type order by period_start desc)
),
steps as (
    select later.period_key as period_key_b, earlier.period_key as period_key_a
    from comparable as later
    inner join comparable as earlier on later.period_type = earlier.period_type
    where later.recency = 1 and earlier.recency = 2
    qualify row_number() over (order by later.period_type) = 1  -- months before weeks
)
select 'models' as comparison, 'soc_group' as measure,
    a.period_key as period_key_a, a.segment_key as segment_key_a, a.period_key as period_key_b, b.segment_key as segment_key_b
from described as a
inner join described as b using (period_key)
inner join models as model_a on a.segment_key = model_a.segment_key
inner join models as model_b on b.segment_key = model_b.segment_key
where model_a.model_rank < model_b.model_rank and a.period_type <> 'week'
union all
select 'changes', unnest(['soc_group', 'collaboration', 'automation']), period_key_a, 1, period_key_b, 1
from steps
