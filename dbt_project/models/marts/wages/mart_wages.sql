with shares as (
    {{ share_rows('occupation', 'shares.cell as onet_soc_code') }}
),
wages as (
    select onet_version, onet_soc_code, median_wage, currency, wage_year, is_top_coded
    from {{ ref('int_occupations_joined_to_wages') }}
    where country = '{{ var("labour_market_country") }}' and wage_year = {{ var('labour_market_year') }}
),
titles as (
    select onet_soc_code, min(title) as title from {{ ref('dim_occupations') }} group by onet_soc_code
)
select
    shares.period_type, shares.period_start, shares.segment_type, shares.segment, shares.footing,
    shares.onet_soc_code,
    coalesce(titles.title, shares.onet_soc_code) as title,
    left(shares.onet_soc_code, 2) as soc_group,
    wages.median_wage, wages.currency, wages.wage_year, wages.is_top_coded,
    {{ share_columns('shares') }}
from shares
left join wages using (onet_version, onet_soc_code)
left join titles using (onet_soc_code)
where not {{ is_special('shares.onet_soc_code') }}
