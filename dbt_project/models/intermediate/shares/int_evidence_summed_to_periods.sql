-- evidence by user and period, for comparisons of two shares, which need the same user on both sides
with wanted as (
    select distinct period_key_a as period_key, segment_key_a as segment_key, measure from {{ ref('int_pairs_listed') }}
    union
    select distinct period_key_b, segment_key_b, measure from {{ ref('int_pairs_listed') }}
),
cells as (
    select wanted.period_key, wanted.segment_key, parts.answer_key, parts.cell_key, parts.part
    from wanted
    inner join {{ ref('int_answers_counted_in_cells') }} as parts using (measure)
),
conversations as (
    select periods.period_key, unnest(answered.segment_keys) as segment_key, answered.cluster_key, answered.weight,
        answered.facets_key, answered.mapping_key
    from {{ ref('int_conversations_answered') }} as answered
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    where answered.cluster_key > 0  -- a user unknown is in no two places
)
select conversations.period_key, conversations.segment_key, cells.cell_key, conversations.cluster_key,
    sum(conversations.weight * cells.part) as weight_sum
from (
    select period_key, segment_key, cluster_key, weight, unnest([facets_key, mapping_key]) as answer_key
    from conversations
    where (period_key, segment_key) in (select (period_key, segment_key) from wanted)
) as conversations
inner join cells using (period_key, segment_key, answer_key)
group by conversations.period_key, conversations.segment_key, cells.cell_key, conversations.cluster_key
