{{ config(materialized='view') }}
-- one row per conversation, measure and cell: what a conversation adds to which cell
with conversations as (
    select * from {{ ref('int_conversations_labelled') }}
),
occupations as (
    select * from {{ ref('int_occupations_assigned') }}
),
groups as (
    select week_start, conversation_key, cluster_key, soc_group, sum(weight) as weight
    from occupations
    group by all
),
zones as (
    select onet_version, onet_soc_code, job_zone::varchar as job_zone from {{ ref('stg_reference__job_zones') }}
),
quartiles as (
    select onet_version, onet_soc_code, wage_quartile::varchar as wage_quartile from {{ ref('int_occupations_placed_in_wage_quartiles') }}
)
{% for measure in single_measures() %}
select week_start, conversation_key, cluster_key, '{{ measure }}' as measure, '' as parent_cell, {{ measure }} as cell, weight
from conversations
union all
{% endfor %}
select week_start, conversation_key, cluster_key, 'statement', '', statement, sum(weight)
from {{ ref('int_mappings_labelled') }}
group by all
union all
select week_start, conversation_key, cluster_key, 'statement_alone', '', statement, sum(weight)
from {{ ref('int_mappings_labelled') }}
where is_alone
group by all
union all
select week_start, conversation_key, cluster_key, 'occupation', '', occupation, sum(weight)
from occupations
group by all
union all
select week_start, conversation_key, cluster_key, 'soc_group', '', soc_group, weight
from groups
union all
select o.week_start, o.conversation_key, o.cluster_key, 'job_zone', '',
    case when {{ is_special('o.occupation') }} then o.occupation else coalesce(zones.job_zone, '_unmapped') end, sum(o.weight)
from occupations as o
left join zones on o.onet_version = zones.onet_version and o.occupation = zones.onet_soc_code
group by all
union all
select o.week_start, o.conversation_key, o.cluster_key, 'wage_quartile', '',
    case when {{ is_special('o.occupation') }} then o.occupation else coalesce(quartiles.wage_quartile, '_unmapped') end, sum(o.weight)
from occupations as o
left join quartiles on o.onet_version = quartiles.onet_version and o.occupation = quartiles.onet_soc_code
group by all
{% for measure in ['collaboration', 'automation'] %}
union all
select g.week_start, g.conversation_key, g.cluster_key, '{{ measure }}_by_soc_group', g.soc_group, c.{{ measure }}, g.weight
from groups as g
inner join conversations as c using (conversation_key)
where not {{ is_special('g.soc_group') }}
{% endfor %}
