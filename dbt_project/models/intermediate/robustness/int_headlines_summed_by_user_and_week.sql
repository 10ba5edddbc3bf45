-- what each user adds to each headline in each week, counted in other ways: by turns, of chats alone, each text once
with headlines as (
    select measure, cell, cell_key, denominator_key from {{ ref('int_headline_cells_chosen') }}
),
parts as (
    select headlines.measure, parts.answer_key,
        coalesce(sum(parts.part) filter (where parts.cell_key = headlines.cell_key), 0) as y,
        coalesce(sum(parts.part) filter (where parts.cell_key = headlines.denominator_key), 0) as d,
        coalesce(sum(parts.part) filter (where cells.cell in ('_unclassified', '_failed')), 0) as u
    from headlines
    inner join {{ ref('int_answers_counted_in_cells') }} as parts using (measure)
    inner join {{ ref('int_cells_numbered') }} as cells on parts.cell_key = cells.cell_key
    group by headlines.measure, parts.answer_key
),
conversations as (
    select answered.cluster_key, answered.week_start, answered.weight, unnest([answered.facets_key, answered.mapping_key]) as answer_key,
        described.user_message_count as turns, described.surface = 'chat' as is_chat,
        row_number() over (partition by described.content_hash order by labelled.conversation_id) = 1 as is_first
    from {{ ref('int_conversations_answered') }} as answered
    inner join {{ ref('int_conversations_labelled') }} as labelled using (conversation_key)
    inner join {{ ref('stg_lake__conversations') }} as described using (conversation_id)
)
select parts.measure, conversations.cluster_key, conversations.week_start,
    count(*) filter (where parts.d > 0) as conversation_count,
    {% for name, factor in [('', '1'), ('_by_turns', 'conversations.turns'), ('_of_chats', 'conversations.is_chat::int'), ('_of_texts', 'conversations.is_first::int')] %}
    sum(conversations.weight * parts.y * {{ factor }}) as y{{ name }},
    sum(conversations.weight * parts.d * {{ factor }}) as d{{ name }},
    {% endfor %}
    sum(conversations.weight * parts.u) as u
from conversations
inner join parts using (answer_key)
group by parts.measure, conversations.cluster_key, conversations.week_start
