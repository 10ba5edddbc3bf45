{{ config(materialized='view') }}
-- rule: every figure is computed from these rows. A view, because no home needs all of them at once: shares read
-- the same sums by period (shares/), users with one conversation merged
with answers as (
    select week_start, cluster_key, conversation_key, weight, segment_keys,
        unnest([facets_key, skills_key, mapping_key, patterns_key]) as answer_key
    from {{ ref('int_conversations_answered') }}
),
counted as (
    select answers.week_start, unnest(answers.segment_keys) as segment_key, parts.cell_key, answers.cluster_key,
        labelled.cluster_unit, labelled.engine, answers.weight * parts.part as weight
    from answers
    inner join {{ ref('int_answers_counted_in_cells') }} as parts using (answer_key)
    inner join {{ ref('int_conversations_labelled') }} as labelled using (conversation_key)
    where parts.part > 0
)
select counted.week_start, segments.segment_type, segments.segment, cells.measure, counted.cell_key,
    counted.cluster_key, counted.cluster_unit,
    sum(counted.weight) as weight_sum,
    sum(counted.weight * counted.weight) as weight_square_sum,
    counted.cluster_unit <> 'conversation' as is_user_known,
    engines.engine_key,
    count(*) as conversation_count
from counted
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
inner join {{ ref('int_cells_numbered') }} as cells using (cell_key)
inner join {{ ref('int_engines_numbered') }} as engines using (engine)
group by all
