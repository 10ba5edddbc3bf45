-- how far use is spread over tasks; the largest are those that may be shown: a lower bound where cells are suppressed
with tables as (
    select totals.period_key, totals.segment_key, totals.denominator, totals.n_conversations,
        whole.denominator as whole_denominator
    from {{ ref('int_denominators_totalled') }} as totals
    inner join {{ ref('int_cells_numbered') }} as cells on totals.denominator_key = cells.cell_key
    inner join {{ ref('int_denominators_totalled') }} as whole using (period_key, segment_key)
    inner join {{ ref('int_cells_numbered') }} as whole_cells on whole.denominator_key = whole_cells.cell_key
    where cells.measure = 'statement' and cells.cell = '_classified'
        and whole_cells.measure = 'statement' and whole_cells.cell = '_all'
),
largest as (
    select period_key, segment_key, cell_key,
        row_number() over (partition by period_key, segment_key order by weight desc, cell_key) as place
    from {{ ref('int_statement_use_resampled') }}
    where group_number = 0 and is_shown
),
counted as (  -- a mapping to two of the ten is one conversation
    select period_key, segment_key, max(place) as n_cells, sum(conversation_count)::bigint as n_conversations
    from (
        select period_key, segment_key, sums.answer_key, max(largest.place) as place,
            any_value(sums.conversation_count) as conversation_count
        from largest
        inner join {{ ref('int_answers_counted_in_cells') }} as parts using (cell_key)
        inner join {{ ref('int_answers_summed_to_periods') }} as sums using (period_key, segment_key, answer_key)
        where largest.place <= 10
        group by period_key, segment_key, sums.answer_key
    ) as answers
    group by period_key, segment_key
)
select
    periods.period_type, periods.period_start, segments.segment_type, segments.segment, footings.footing,
    computed.statistic,
    computed.value * case footings.footing when 'of_all' then tables.denominator / tables.whole_denominator else 1 end as value,
    case footings.footing when 'of_classified' then computed.value_lo end as value_lo,
    case footings.footing when 'of_classified' then computed.value_hi end as value_hi,
    case computed.statistic when 'top_1_task' then 1 when 'top_10_tasks' then counted.n_cells end as n_cells,
    case footings.footing when 'of_all' then tables.whole_denominator else tables.denominator end as denominator,
    case computed.statistic when 'top_10_tasks' then counted.n_conversations else tables.n_conversations end as n_conversations,
    computed.df,
    case footings.footing when 'of_classified' then computed.interval_method else 'none' end as interval_method,
    'process' as interval_target,
    described.cluster_unit, described.floor, described.engine, described.onet_version
from {{ ref('int_concentration_computed') }} as computed
inner join tables using (period_key, segment_key)
left join counted using (period_key, segment_key)
inner join {{ ref('int_periods_listed') }} as periods using (period_key)
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
cross join (select unnest(['of_all', 'of_classified']) as footing) as footings
where footings.footing = 'of_classified' or computed.statistic in ('top_1_task', 'top_10_tasks')
