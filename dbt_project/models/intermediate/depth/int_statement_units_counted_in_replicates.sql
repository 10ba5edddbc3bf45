-- m_j and Q_j of method 5.6: conversations and known users of each statement, in all and without each group
with wholes as (
    select counted.period_key, counted.segment_key, 'conversations' as unit, listed.cell as statement_hash,
        counted.n_conversations as used_count
    from {{ ref('int_cells_counted') }} as counted
    inner join {{ ref('int_denominators_listed') }} as listed using (cell_key, footing)
    where listed.measure = 'statement_alone' and counted.footing = 'of_all' and not listed.is_special
    union all
    select period_key, segment_key, 'users', statement_hash, user_count from {{ ref('int_users_counted_by_statement') }}
),
left_out as (
    select period_key, segment_key, group_number, statement_hash,
        unnest(['conversations', 'users']) as unit, unnest([conversation_count, user_count]) as used_count
    from {{ ref('int_statements_counted_within_groups') }}
)
select replicates.period_key, replicates.segment_key, replicates.group_number, replicates.unit, wholes.statement_hash,
    wholes.used_count - coalesce(left_out.used_count, 0) as used_count
from {{ ref('int_units_counted_in_replicates') }} as replicates
inner join wholes using (period_key, segment_key, unit)
left join left_out using (period_key, segment_key, group_number, unit, statement_hash)
where wholes.used_count > coalesce(left_out.used_count, 0)
