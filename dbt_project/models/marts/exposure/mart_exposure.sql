-- exposure does not move, and a month holds little of an occupation: over all weeks
with shares as (
    {{ share_rows('occupation', 'shares.cell as onet_soc_code') }}
),
exposures as (
    select onet_version, onet_soc_code, exposure_measure, exposure from {{ ref('int_occupations_joined_to_exposures') }}
),
titles as (
    select onet_soc_code, min(title) as title from {{ ref('dim_occupations') }} group by onet_soc_code
)
select
    shares.period_type, shares.period_start, shares.segment_type, shares.segment, shares.footing,
    shares.onet_soc_code,
    coalesce(titles.title, shares.onet_soc_code) as title,
    left(shares.onet_soc_code, 2) as soc_group,
    exposures.exposure_measure, exposures.exposure,
    {{ share_columns('shares') }}
from shares
inner join exposures using (onet_version, onet_soc_code)
left join titles using (onet_soc_code)
where shares.footing = 'of_classified' and shares.period_type in ('all', 'window')
