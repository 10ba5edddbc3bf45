-- pairs of a used statement and an occupation that lists it: the baseline that the paper's table of Job Zones seems
-- to stand on (method 2)
select used.period_key, used.segment_key, split.onet_version, split.onet_soc_code, split.soc_group,
    count(*) as used_task_count
from {{ ref('int_statements_counted_as_used') }} as used
inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
inner join {{ ref('int_statements_split_to_occupations') }} as split
    on described.onet_version = split.onet_version and used.statement_hash = split.statement_hash
group by all
