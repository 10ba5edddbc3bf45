select
    user_id,
    cast(row_number() over (order by user_id) as integer) as cluster_key
from (select distinct user_id from {{ ref('stg_lake__conversations') }} where user_id is not null) as people
