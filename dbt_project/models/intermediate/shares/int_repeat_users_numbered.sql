-- users with several conversations in the period
select period_key, segment_key, cluster_key, weight,
    cast(row_number() over () as integer) as user_key
from {{ ref('int_users_summed_to_periods') }}
where conversation_count > 1
