-- every conversation that came in, by what became of each question: adds up to all
with weeks as (  -- conversations add up, users would not
    select states.* exclude (conversation_key, weight), cut.segment_key, count(*) as conversations, sum(weight) as weight
    from {{ ref('int_conversations_joined_to_states') }} as states
    inner join {{ ref('int_conversations_cut_to_segments') }} as cut using (conversation_key)
    group by all
),
listed as (
    {% for measure in stated_measures() + ['task'] %}
    select week_start, segment_key, '{{ measure }}' as measure, coalesce({{ measure }}_state, 'not_classified') as state,
        conversations, weight
    from weeks
    {{ 'union all' if not loop.last }}
    {% endfor %}
),
counted as (
    select periods.period_type, periods.period_start, segments.segment_type,
        -- parts of the people that are too small to be shown are one row
        case when described.segment_key is null then '(too few)' else segments.segment end as segment,
        listed.measure, listed.state,
        sum(listed.conversations)::bigint as conversations, sum(listed.weight) as weight
    from listed
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    left join {{ ref('int_segments_described') }} as described
        on periods.period_key = described.period_key and listed.segment_key = described.segment_key
    group by all
)
select period_type, period_start, segment_type, segment, measure, state, conversations, weight,
    weight / sum(weight) over (partition by period_type, period_start, segment_type, segment, measure) as usage_share
from counted
