-- groups of a mapping after what is rare was dropped, statement by statement: the footing of published figures, whose
-- own cells have passed the floor already
select mappings.mapping_key,
    case
        when {{ is_special('mappings.statement') }} then mappings.statement
        when kept.statement is null and published.mapping_key is null then '_below_floor'
        else coalesce(split.soc_group, '_unmapped')
    end as soc_group,
    sum(mappings.part * coalesce(split.occupation_weight, 1)) as part
from {{ ref('int_mappings_labelled') }} as mappings
left join {{ ref('int_statements_split_to_occupations') }} as split
    on mappings.onet_version = split.onet_version and mappings.statement = split.statement_hash
left join {{ ref('int_statements_kept_by_published_floor') }} as kept
    on mappings.onet_version = kept.onet_version and mappings.statement = kept.statement
left join {{ ref('int_published_tasks_numbered') }} as published using (mapping_key)
group by all
