with occupations as (
    select onet_version, onet_soc_code, country, wage_year, median_wage, employment
    from {{ ref('int_occupations_joined_to_wages') }}
    where median_wage is not null and wage_year = {{ var('wage_year', 2023) }}
),
ordered as (
    select onet_version, country, wage_year, median_wage,
        sum(employment) over (
            partition by onet_version, country, wage_year order by median_wage
        ) / sum(employment) over (partition by onet_version, country, wage_year) as employment_share_below
    from occupations
),
cut_points as (  -- the smallest wage at which the cumulative share reaches it, without interpolation
    select onet_version, country, wage_year,
        min(median_wage) filter (where employment_share_below >= 0.25) as first_cut,
        min(median_wage) filter (where employment_share_below >= 0.50) as second_cut,
        min(median_wage) filter (where employment_share_below >= 0.75) as third_cut
    from ordered
    group by onet_version, country, wage_year
)
select occupations.onet_version, occupations.onet_soc_code, occupations.country, occupations.wage_year,
    case
        when occupations.median_wage <= cut_points.first_cut then '1'
        when occupations.median_wage <= cut_points.second_cut then '2'
        when occupations.median_wage <= cut_points.third_cut then '3'
        else '4'
    end as wage_quartile
from occupations
inner join cut_points using (onet_version, country, wage_year)
