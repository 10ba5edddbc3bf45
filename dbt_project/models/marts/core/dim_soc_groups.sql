with employment as (
    select occupation_code as soc_group, employment
    from {{ ref('stg_reference__labour_market') }}
    where soc_taxonomy = 'soc_group'
        and country = '{{ var("labour_market_country") }}' and year = {{ var('labour_market_year') }}
)
select groups.soc_group, groups.title as soc_group_title,
    employment.employment / sum(employment.employment) over () as employment_share
from {{ ref('stg_reference__soc_groups') }} as groups
left join employment using (soc_group)
