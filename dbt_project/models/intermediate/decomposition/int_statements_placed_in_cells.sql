-- a statement is a cell of its own from 30 conversations on both sides together, else a part of the rest of its groups:
-- the noise of cells of a few conversations would pass for mix, and their residuals lose 1/n of their variance (3 % at 30);
-- in benchmarks/mix_coverage.py 30 leaves no bias to speak of and 95 % coverage, and keeps most detail
with mappings as (  -- a mapping may pick a statement twice
    select distinct mapping_key, onet_version, statement from {{ ref('int_mappings_labelled') }} where part > 0
),
counted as (
    select sides.pair_key, mappings.onet_version, mappings.statement,
        sum(sum(sums.conversation_count)) over (partition by sides.pair_key, mappings.statement) as n_conversations
    from {{ ref('int_sides_listed') }} as sides
    inner join {{ ref('int_patterns_summed_to_sides') }} as sums using (period_key, segment_key)
    inner join mappings using (mapping_key)
    group by sides.pair_key, mappings.onet_version, mappings.statement
),
told as (
    select *, case when n_conversations < 30 and not {{ is_special('statement') }} then statement end as sparse_statement
    from counted
)
select told.pair_key, told.onet_version, told.statement,
    case
        when told.sparse_statement is null then told.statement
        else '_rest ' || coalesce(split.soc_group, '_unmapped')
    end as cell,
    told.sparse_statement is not null as is_merged,
    sum(coalesce(split.occupation_weight, 1)) as part
from told
left join {{ ref('int_statements_split_to_occupations') }} as split
    on told.onet_version = split.onet_version and told.sparse_statement = split.statement_hash
group by all
