-- what the use of an occupation is ranked against: its wage, and what studies say of its exposure
select onet_version, onet_soc_code, 'median_wage' as with_what, median_wage as value
from {{ ref('int_occupations_joined_to_wages') }}
where country = '{{ var("labour_market_country") }}' and wage_year = {{ var('labour_market_year') }} and median_wage is not null
union all
select onet_version, onet_soc_code, exposure_measure, exposure
from {{ ref('int_occupations_joined_to_exposures') }}
