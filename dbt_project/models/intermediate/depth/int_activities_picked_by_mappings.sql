-- activities that a mapping is of for sure: those of a statement that it stands for alone, or picked as such
with parents as (
    select dwa_id as node_id, 'dwa' as activity_level, dwa_id, iwa_id from {{ ref('stg_reference__activities') }}
    union all
    select distinct iwa_id, 'iwa', null, iwa_id from {{ ref('stg_reference__activities') }}
),
picked as (
    select mappings.mapping_key, split.dwa_id, split.iwa_id
    from {{ ref('int_mappings_labelled') }} as mappings
    inner join {{ ref('int_statements_split_to_activities') }} as split
        on mappings.onet_version = split.onet_version and mappings.statement = split.statement_hash
    where mappings.is_alone
    union all
    select mappings.mapping_key, parents.dwa_id, parents.iwa_id
    from {{ ref('int_mappings_labelled') }} as mappings
    inner join parents using (activity_level, node_id)
),
levels as (
    select distinct mapping_key, unnest(['dwa', 'iwa']) as activity_level, unnest([dwa_id, iwa_id]) as activity_id from picked
)
select mapping_key, activity_level, activity_id,
    cast(dense_rank() over (order by activity_level, activity_id) as integer) as activity_key
from levels
where activity_id is not null
