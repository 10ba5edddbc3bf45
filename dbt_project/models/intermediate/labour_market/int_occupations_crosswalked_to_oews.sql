with occupations as (
    select distinct onet_version, onet_soc_code,
        -- O*NET 20.1 stands on O*NET-SOC 2010, later versions on 2019
        case when onet_version = '20.1' then 'onet_soc_2010' else 'onet_soc_2019' end as soc_taxonomy
    from {{ ref('stg_reference__onet_tasks') }}
),
crosswalks as (
    select from_taxonomy, from_code, to_taxonomy, to_code, weight from {{ ref('stg_reference__crosswalks') }}
),
to_2019 as (
    select occupations.onet_version, occupations.onet_soc_code,
        coalesce(crosswalks.to_code, occupations.onet_soc_code) as code_2019,
        coalesce(crosswalks.weight, 1) as weight
    from occupations
    left join crosswalks
        on occupations.soc_taxonomy = 'onet_soc_2010'
        and crosswalks.from_taxonomy = 'onet_soc_2010' and crosswalks.to_taxonomy = 'onet_soc_2019'
        and crosswalks.from_code = occupations.onet_soc_code
),
to_oews as (
    select to_2019.onet_version, to_2019.onet_soc_code, crosswalks.to_code as occupation_code,
        sum(to_2019.weight * crosswalks.weight) as weight
    from to_2019
    inner join crosswalks
        on crosswalks.from_taxonomy = 'onet_soc_2019' and crosswalks.to_taxonomy = 'oews'
        and crosswalks.from_code = to_2019.code_2019
    group by all
)
select onet_version, onet_soc_code, occupation_code,
    weight as wage_weight,
    -- the survey code's workers go to the O*NET occupations behind it, none twice and none lost
    weight / sum(weight) over (partition by onet_version, occupation_code) as employment_weight
from to_oews
