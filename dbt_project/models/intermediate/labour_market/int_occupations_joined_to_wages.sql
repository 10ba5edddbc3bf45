with links as (
    select onet_version, onet_soc_code, occupation_code, wage_weight, employment_weight
    from {{ ref('int_occupations_crosswalked_to_oews') }}
),
survey as (
    select country, currency, year as wage_year, occupation_code, employment, mean_wage, is_top_coded,
        -- at or above the top code the survey prints no median: its lower bound stands in (OEWS May 2023)
        case when median_wage is null and is_top_coded and mean_wage is not null then 239200 else median_wage
        end as median_wage
    from {{ ref('stg_reference__labour_market') }}
    where soc_taxonomy = 'oews'
)
select links.onet_version, links.onet_soc_code, survey.country, survey.wage_year,
    min(survey.currency) as currency,
    -- several survey codes share equally; those without a wage are left out of the mean
    sum(links.wage_weight * survey.median_wage)
        / sum(links.wage_weight) filter (where survey.median_wage is not null) as median_wage,
    bool_or(survey.is_top_coded and survey.median_wage is not null) as is_top_coded,
    sum(links.employment_weight * survey.employment) as employment,
    sum(links.employment_weight * survey.employment * survey.mean_wage) as wage_bill
from links
inner join survey using (occupation_code)
group by links.onet_version, links.onet_soc_code, survey.country, survey.wage_year
