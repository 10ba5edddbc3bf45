with survey as (
    select occupation_code, employment,
        -- top-coded medians are above all others, whatever their value
        case when is_top_coded and median_wage is null then 239200 else median_wage end as median_wage
    from {{ ref('stg_reference__labour_market') }}
    where soc_taxonomy = 'oews'
        and country = '{{ var("labour_market_country") }}' and year = {{ var('labour_market_year') }}
),
ordered as (
    select median_wage,
        sum(employment) over (order by median_wage) / sum(employment) over () as employment_share_up_to
    from survey
    where median_wage is not null and employment is not null
),
cut_points as (  -- smallest wage at which the cumulative share reaches it, without interpolation
    select
        min(median_wage) filter (where employment_share_up_to >= 0.25) as first_cut,
        min(median_wage) filter (where employment_share_up_to >= 0.50) as second_cut,
        min(median_wage) filter (where employment_share_up_to >= 0.75) as third_cut
    from ordered
)
select wages.onet_version, wages.onet_soc_code,
    case
        when wages.median_wage <= cut_points.first_cut then '1'
        when wages.median_wage <= cut_points.second_cut then '2'
        when wages.median_wage <= cut_points.third_cut then '3'
        else '4'
    end as wage_quartile
from {{ ref('int_occupations_joined_to_wages') }} as wages
cross join cut_points
where wages.median_wage is not null
    and wages.country = '{{ var("labour_market_country") }}' and wages.wage_year = {{ var('labour_market_year') }}
