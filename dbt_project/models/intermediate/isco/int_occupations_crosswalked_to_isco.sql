-- the pairs of the two classifications carry no weights and stand on SOC 2010: every code on the way shares equally
with occupations as (
    select distinct onet_version, onet_soc_code,
        case when onet_version = '20.1' then 'onet_soc_2010' else 'onet_soc_2019' end as soc_taxonomy
    from {{ ref('stg_reference__onet_tasks') }}
),
crosswalks as (
    select from_taxonomy, from_code, to_taxonomy, to_code, weight from {{ ref('stg_reference__crosswalks') }}
),
pairs as (
    select from_code as soc_2010_code, to_code as isco_code, weight from crosswalks where to_taxonomy = 'isco_08'
),
sources as (
    select distinct occupations.onet_version, occupations.onet_soc_code, pairs.soc_2010_code
    from occupations
    -- a broad code, which ends in 0, stands for the detailed ones below it
    inner join pairs on starts_with(pairs.soc_2010_code, rtrim(left(occupations.onet_soc_code, 7), '0'))
    where occupations.soc_taxonomy = 'onet_soc_2010'
    union all
    select distinct occupations.onet_version, occupations.onet_soc_code, back.from_code
    from occupations
    inner join crosswalks as forth
        on forth.from_taxonomy = occupations.soc_taxonomy and forth.to_taxonomy = 'soc_2018'
        and forth.from_code = occupations.onet_soc_code
    inner join crosswalks as back
        on back.from_taxonomy = 'soc_2010' and back.to_taxonomy = 'soc_2018' and back.to_code = forth.to_code
    where occupations.soc_taxonomy = 'onet_soc_2019'
),
weighted as (
    select *, 1.0::double / count(*) over (partition by onet_version, onet_soc_code) as source_weight from sources
)
select weighted.onet_version, weighted.onet_soc_code, levels.isco_level, left(pairs.isco_code, levels.isco_level) as isco_group,
    sum(weighted.source_weight * pairs.weight) as isco_weight
from weighted
inner join pairs using (soc_2010_code)
cross join (select unnest([1, 2]) as isco_level) as levels
group by all
