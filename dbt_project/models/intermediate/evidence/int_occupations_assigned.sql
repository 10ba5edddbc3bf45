select
    mappings.mapping_key,
    mappings.onet_version,
    case
        when {{ is_special('mappings.statement') }} then mappings.statement
        else coalesce(split.onet_soc_code, '_unmapped')
    end as occupation,
    case
        when split.soc_group is not null then split.soc_group
        -- coarser evidence counts at the level that it reaches
        when mappings.statement = '_unclassified' and mappings.coarse_soc_group is not null then mappings.coarse_soc_group
        when {{ is_special('mappings.statement') }} then mappings.statement
        else '_unmapped'
    end as soc_group,
    -- unmapped work keeps its full weight
    sum(mappings.part * coalesce(split.occupation_weight, 1)) as part
from {{ ref('int_mappings_labelled') }} as mappings
left join {{ ref('int_statements_split_to_occupations') }} as split
    on mappings.onet_version = split.onet_version and mappings.statement = split.statement_hash
group by all
