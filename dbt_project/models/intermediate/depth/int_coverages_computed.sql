-- coverage of the users' tasks, and mean depth, as users are drawn (Chao and Jost 2012; method 5.6)
with weights as (  -- what a used statement adds to the mean depth over all occupations
    select onet_version, statement_hash, sum(1 / task_count) / any_value(occupation_count) as depth_weight
    from {{ ref('int_statements_listed_by_occupation') }}
    group by onet_version, statement_hash
),
counts as (
    select statements.period_key, statements.segment_key, statements.group_number, statements.used_count,
        count(*) as statement_count, sum(weights.depth_weight) as depth_weight
    from {{ ref('int_statement_units_counted_in_replicates') }} as statements
    inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
    inner join weights using (onet_version, statement_hash)
    where statements.unit = 'users'
    group by all
),
seen as (
    select replicates.period_key, replicates.segment_key, replicates.group_number, replicates.unit_count,
        sum(counts.statement_count * counts.used_count)::bigint as u,
        coalesce(sum(counts.statement_count) filter (where counts.used_count = 1), 0)::bigint as q1,
        coalesce(sum(counts.statement_count) filter (where counts.used_count = 2), 0)::bigint as q2
    from counts
    inner join {{ ref('int_units_counted_in_replicates') }} as replicates using (period_key, segment_key, group_number)
    where replicates.unit = 'users'
    group by replicates.period_key, replicates.segment_key, replicates.group_number, replicates.unit_count
),
steps as (
    select seen.*, unnest(list_distinct([0, unit_count] || list_transform(
        range(0, floor(8 * log2(unit_count))::bigint + 1), lambda eighth: round(pow(2, eighth / 8))::bigint
    ))) as draw_size
    from seen
    cross join {{ ref('int_floors_chosen') }} as floors
    -- too little seen, or nothing seen twice, says nothing of what is unseen
    where u >= 30 and q1 < u and unit_count >= floors.floor_users
)
select steps.period_key, steps.segment_key, steps.group_number, steps.draw_size,
    -- rounded: logarithms of factorials leave noise in the last digits
    round(1 - case
        when steps.draw_size = steps.unit_count
            then steps.q1 / steps.u * coalesce(
                (steps.unit_count - 1) * steps.q1 / nullif((steps.unit_count - 1) * steps.q1 + 2 * steps.q2, 0), 0)
        -- of the G - 1 others, with the user whose task it is left aside
        else sum(counts.statement_count * counts.used_count / steps.u
            * {{ chance_of_none('counts.used_count - 1', 'steps.draw_size', 'steps.unit_count - 1') }})
    end, 12) as coverage,
    round(sum(counts.depth_weight * (1 - {{ chance_of_none('counts.used_count', 'steps.draw_size', 'steps.unit_count') }})), 12)
        as depth_share
from steps
inner join counts using (period_key, segment_key, group_number)
group by steps.period_key, steps.segment_key, steps.group_number, steps.draw_size, steps.unit_count,
    steps.u, steps.q1, steps.q2
