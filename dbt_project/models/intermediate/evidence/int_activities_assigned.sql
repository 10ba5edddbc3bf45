-- work activities of a mapping: of its statements, or picked as such; coarser picks are unclassified below
with parents as (
    select dwa_id as node_id, 'dwa' as activity_level, dwa_id, iwa_id, gwa_id from {{ ref('stg_reference__activities') }}
    union all
    select distinct iwa_id, 'iwa', '_unclassified', iwa_id, gwa_id from {{ ref('stg_reference__activities') }}
)
select
    mappings.mapping_key,
    coalesce(split.dwa_id, parents.dwa_id, {{ unmapped_or('mappings.statement') }}) as dwa,
    coalesce(split.iwa_id, parents.iwa_id, {{ unmapped_or('mappings.statement') }}) as iwa,
    coalesce(split.gwa_id, parents.gwa_id, {{ unmapped_or('mappings.statement') }}) as gwa,
    sum(mappings.part * coalesce(split.activity_weight, 1)) as part
from {{ ref('int_mappings_labelled') }} as mappings
left join {{ ref('int_statements_split_to_activities') }} as split
    on mappings.onet_version = split.onet_version and mappings.statement = split.statement_hash
left join parents
    on mappings.activity_level = parents.activity_level and mappings.node_id = parents.node_id
group by all
