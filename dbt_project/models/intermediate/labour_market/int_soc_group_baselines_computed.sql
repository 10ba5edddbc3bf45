-- what the use of a SOC group can be set against: counts of the taxonomy, the labour market of each year, and the
-- organisation's own people if it brought them
with taxonomy as (
    select onet_version, soc_group,
        count(distinct onet_soc_code)::double as occupations,
        count(*)::double as "task rows"
    from {{ ref('int_statements_split_to_occupations') }}
    group by onet_version, soc_group
),
counted as (
    unpivot taxonomy on occupations, "task rows" into name baseline value size
),
market as (
    select year, occupation_code as soc_group, employment::double as employment,
        employment * mean_wage as "wage bill", coalesce(employment_rse, 0) as rse
    from {{ ref('stg_reference__labour_market') }}
    where soc_taxonomy = 'soc_group' and country = '{{ var("labour_market_country") }}' and employment is not null
),
surveyed as (
    unpivot market on employment, "wage bill" into name baseline value size
),
own as (
    select soc_group, sum(headcount)::double as size from {{ ref('stg_reference__headcounts') }} group by soc_group
),
baselines as (
    select onet_version, soc_group, baseline, null::integer as baseline_year, size, 0::double as baseline_rse from counted
    union all
    -- the survey prints no error of a wage bill here: it takes that of its employment
    select versions.onet_version, surveyed.soc_group, surveyed.baseline, surveyed.year, surveyed.size, surveyed.rse
    from surveyed cross join (select distinct onet_version from taxonomy) as versions
    union all
    select versions.onet_version, own.soc_group, 'headcount', null, own.size, 0
    from own cross join (select distinct onet_version from taxonomy) as versions
)
select onet_version, soc_group, baseline, baseline_year, size as baseline_size,
    size / sum(size) over (partition by onet_version, baseline, baseline_year) as baseline_share,
    baseline_rse
from baselines
