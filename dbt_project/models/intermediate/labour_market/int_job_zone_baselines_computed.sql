with zones as (  -- only occupations that list tasks: no other can receive usage
    select job_zones.onet_version, job_zones.onet_soc_code, job_zones.job_zone::varchar as job_zone,
        count(distinct onet_tasks.statement_hash) as task_row_count
    from {{ ref('stg_reference__job_zones') }} as job_zones
    inner join {{ ref('stg_reference__onet_tasks') }} as onet_tasks using (onet_version, onet_soc_code)
    group by all
),
wages as (
    select onet_version, onet_soc_code, employment, wage_bill
    from {{ ref('int_occupations_joined_to_wages') }}
    where country = '{{ var("labour_market_country") }}' and wage_year = {{ var('labour_market_year') }}
),
sizes as (
    select zones.onet_version, zones.job_zone,
        count(*)::double as occupations,
        coalesce(sum(wages.employment), 0)::double as employment,
        coalesce(sum(wages.wage_bill), 0)::double as "wage bill",
        sum(zones.task_row_count)::double as "task rows"
    from zones
    left join wages using (onet_version, onet_soc_code)
    group by zones.onet_version, zones.job_zone
),
by_baseline as (
    unpivot sizes on occupations, employment, "wage bill", "task rows" into name baseline value size
),
errors_by_code as (  -- a survey code split inside one zone has one error, not several
    select zones.onet_version, zones.job_zone, links.occupation_code,
        sum(links.employment_weight) * any_value(survey.employment) as employment,
        any_value(survey.employment_rse) as employment_rse
    from zones
    inner join {{ ref('int_occupations_crosswalked_to_oews') }} as links using (onet_version, onet_soc_code)
    inner join {{ ref('stg_reference__labour_market') }} as survey
        on survey.soc_taxonomy = 'oews' and survey.occupation_code = links.occupation_code
        and survey.country = '{{ var("labour_market_country") }}' and survey.year = {{ var('labour_market_year') }}
    group by zones.onet_version, zones.job_zone, links.occupation_code
),
errors as (
    select onet_version, job_zone,
        sqrt(sum((employment * coalesce(employment_rse, 0)) ** 2)) / nullif(sum(employment), 0) as employment_rse
    from errors_by_code
    group by onet_version, job_zone
)
select by_baseline.onet_version, by_baseline.job_zone, by_baseline.baseline,
    by_baseline.size
        / nullif(sum(by_baseline.size) over (partition by by_baseline.onet_version, by_baseline.baseline), 0)
        as baseline_share,
    -- counts are exact; the wage bill takes the error of its employment, the survey prints none of its own here
    case when by_baseline.baseline in ('employment', 'wage bill') then coalesce(errors.employment_rse, 0) else 0.0
    end as baseline_rse
from by_baseline
left join errors using (onet_version, job_zone)
