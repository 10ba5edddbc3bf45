-- text by text: an occupation may list one statement under two ids
select onet_version, onet_soc_code, soc_group, statement_hash,
    count(*) over (partition by onet_version, onet_soc_code) as task_count,
    count(distinct onet_soc_code) over (partition by onet_version) as occupation_count
from {{ ref('int_statements_split_to_occupations') }}
