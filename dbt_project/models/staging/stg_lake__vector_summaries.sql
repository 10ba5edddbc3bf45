select
    week_start,
    maker,
    user_group,
    user_count,
    unknown_count,
    conversation_count,
    weight_sum,
    weight_square_sum,
    vector_sum,
    square_sum
from {{ source('lake', 'vector_summaries') }}
where week_start is not null
