-- each survey year's workers and wages of the six-digit codes, handed to the O*NET occupations behind them
with links as (
    select onet_version, onet_soc_code, occupation_code, employment_weight,
        count(*) over (partition by onet_version, occupation_code) > 1 as is_shared
    from {{ ref('int_occupations_crosswalked_to_oews') }}
),
survey as (
    select year as baseline_year, occupation_code, employment::double as employment, mean_wage, is_top_coded,
        coalesce(employment_rse, 0) as rse
    from {{ ref('stg_reference__labour_market') }}
    where soc_taxonomy = 'oews' and country = '{{ var("labour_market_country") }}'
),
parts as (
    select links.onet_version, links.onet_soc_code, survey.baseline_year, survey.rse,
        links.is_shared, survey.is_top_coded,
        links.employment_weight * survey.employment as workers,
        links.employment_weight * survey.employment * survey.mean_wage as wages
    from links
    inner join survey using (occupation_code)
),
-- a code whose workers, or whose wages, the survey does not print is missing, not nothing
occupations as (
    select onet_version, onet_soc_code, baseline_year,
        bool_or(is_shared) as is_baseline_shared,
        bool_or(is_top_coded) as is_top_coded,
        sum(workers) as employment,
        sum(wages) as "wage bill",
        sqrt(sum(pow(workers * rse, 2))) / nullif(sum(workers), 0) as baseline_rse
    from parts
    group by onet_version, onet_soc_code, baseline_year
),
baselines as (
    unpivot occupations on employment, "wage bill" into name baseline value baseline_size
)
select onet_version, onet_soc_code, baseline, baseline_year::integer as baseline_year, baseline_size,
    baseline_size / sum(baseline_size) over (partition by onet_version, baseline, baseline_year) as baseline_share,
    baseline_rse, is_baseline_shared, is_top_coded
from baselines
