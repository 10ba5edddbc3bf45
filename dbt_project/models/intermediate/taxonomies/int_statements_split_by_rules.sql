-- the groups of a statement under other rules for statements that several occupations list, and in other versions of
-- O*NET where the very text is listed: how much of a share is the rule's, and how much the vintage's
with listings as (
    select split.onet_version, split.statement_hash, split.onet_soc_code, split.soc_group, split.occupation_weight,
        wages.employment
    from {{ ref('int_statements_split_to_occupations') }} as split
    left join {{ ref('int_occupations_joined_to_wages') }} as wages
        on split.onet_version = wages.onet_version and split.onet_soc_code = wages.onet_soc_code
        and wages.country = '{{ var("labour_market_country") }}' and wages.wage_year = {{ var('labour_market_year') }}
),
ruled as (
    select onet_version, statement_hash, soc_group, 'equal split' as rule, occupation_weight as part from listings
    union all
    select onet_version, statement_hash, soc_group, 'by employment',
        -- where the survey knows none of them, equally
        coalesce(
            coalesce(employment, 0) / nullif(sum(employment) over (partition by onet_version, statement_hash), 0), occupation_weight
        )
    from listings
    union all
    -- the known mistake: a statement of ten occupations counts ten times
    select onet_version, statement_hash, soc_group, 'full credit', 1 from listings
)
select onet_version, statement_hash, soc_group, rule, sum(part) as part
from ruled
group by onet_version, statement_hash, soc_group, rule
