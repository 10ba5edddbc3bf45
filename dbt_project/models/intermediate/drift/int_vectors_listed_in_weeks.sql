-- one row per week of which vectors were summed: what made them, and who is behind them
select week_start,
    string_agg(distinct maker, ', ' order by maker) as version,
    count(distinct maker)::bigint as version_count,
    sum(conversation_count)::bigint as n_conversations,
    (sum(user_count) + (sum(unknown_count) > 0)::int)::bigint as n_users
from {{ ref('stg_lake__vector_summaries') }}
group by week_start
