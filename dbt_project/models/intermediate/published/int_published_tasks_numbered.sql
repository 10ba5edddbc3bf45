-- a published task is a mapping of whole conversations to one statement; numbers go on after this home's mappings
with tasks as (
    select distinct onet_version, statement from {{ ref('int_published_cells_listed') }} where statement is not null
),
home as (
    select coalesce(max(mapping_key) // 4, 0) as largest from {{ ref('int_mappings_numbered') }}
)
select tasks.onet_version, tasks.statement,
    cast(4 * (home.largest + row_number() over (order by tasks.onet_version, tasks.statement)) + 2 as integer) as mapping_key
from tasks
cross join home
