with occupations as (
    select distinct onet_version, onet_soc_code from {{ ref('stg_reference__onet_tasks') }}
),
to_2019 as (
    select occupations.onet_version, occupations.onet_soc_code,
        coalesce(walks.to_code, occupations.onet_soc_code) as occupation_code,
        coalesce(walks.weight, 1) as weight
    from occupations
    -- O*NET 20.1 stands on O*NET-SOC 2010, later versions on 2019
    left join {{ ref('stg_reference__crosswalks') }} as walks
        on occupations.onet_version = '20.1'
        and walks.from_taxonomy = 'onet_soc_2010' and walks.to_taxonomy = 'onet_soc_2019'
        and walks.from_code = occupations.onet_soc_code
),
links as (
    select onet_version, onet_soc_code, 'onet_soc_2019' as soc_taxonomy, occupation_code, weight from to_2019
    union all
    select onet_version, onet_soc_code, 'oews', occupation_code, wage_weight
    from {{ ref('int_occupations_crosswalked_to_oews') }}
)
select links.onet_version, links.onet_soc_code, rated.exposure_measure,
    -- several codes share equally; those that nobody rated are left out of the mean
    sum(links.weight * rated.value) / sum(links.weight) as exposure
from links
inner join {{ ref('stg_reference__exposures') }} as rated using (soc_taxonomy, occupation_code)
group by links.onet_version, links.onet_soc_code, rated.exposure_measure
