with shares as (
    {{ share_rows('occupation', 'shares.cell as onet_soc_code') }}
),
titles as (
    select onet_soc_code, min(title) as title
    from {{ ref('dim_occupations') }}
    group by onet_soc_code
)
select
    shares.period_type, shares.period_start, shares.segment_type, shares.segment, shares.footing,
    shares.onet_soc_code,
    coalesce(titles.title, shares.onet_soc_code) as title,
    case when not {{ is_special('shares.onet_soc_code') }} then left(shares.onet_soc_code, 2) end as soc_group,
    {{ share_columns('shares') }}
from shares
left join titles using (onet_soc_code)
