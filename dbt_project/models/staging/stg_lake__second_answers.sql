select
    week_start,
    conversation_id,
    kind,
    facet,
    value,
    main_value,
    state,
    engine,
    model,
    main_engine,
    version,
    confidence,
    sample_share
from {{ source('lake', 'second_answers') }}
where week_start is not null
