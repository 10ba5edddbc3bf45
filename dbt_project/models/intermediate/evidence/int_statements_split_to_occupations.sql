with listings as (  -- grouped: an occupation may list one statement under two task ids
    select onet_version, statement_hash, onet_soc_code
    from {{ ref('stg_reference__onet_tasks') }}
    group by onet_version, statement_hash, onet_soc_code
)
select
    onet_version,
    statement_hash,
    onet_soc_code,
    left(onet_soc_code, 2) as soc_group,
    -- 1/n to each listing occupation (Handa et al. 2025)
    1.0::double / count(*) over (partition by onet_version, statement_hash) as occupation_weight
from listings
