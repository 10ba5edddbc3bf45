{{ config(materialized='view') }}
-- the two sides of each pair, in rows
select distinct pair_key, 'a' as side, period_key_a as period_key, segment_key_a as segment_key
from {{ ref('int_decompositions_listed') }}
union all
select distinct pair_key, 'b', period_key_b, segment_key_b
from {{ ref('int_decompositions_listed') }}
