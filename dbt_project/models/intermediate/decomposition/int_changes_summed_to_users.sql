-- what each user did in the earlier period (side a) and in the later one (b), where logs name their users: those who are
-- in both stay; an unknown user cannot be found again, so counts as joiner or leaver. Of automation alone: of patterns
-- one by one, those of a small group that are hidden could be had from the others
with sums as (
    select listed.pair_key, sides.side, users.cluster_key,
        sum(users.weight) as d,
        coalesce(sum(users.weight) filter (where patterns.automation = 'automation'), 0) as y,
        count(*) as n,
        count(*) filter (where patterns.automation = 'automation') as n_with_outcome
    from {{ ref('int_users_listed_in_sides') }} as users
    inner join {{ ref('int_sides_listed') }} as sides using (period_key, segment_key)
    inner join {{ ref('int_decompositions_listed') }} as listed using (pair_key)
    inner join {{ ref('int_patterns_summed_to_sides') }} as patterns using (period_key, segment_key, patterns_key)
    cross join {{ ref('int_floors_chosen') }} as floors
    where listed.comparison = 'changes' and listed.outcome = 'automation' and floors.are_users_logged
    group by listed.pair_key, sides.side, users.cluster_key
)
select *,
    case
        when count(*) over (partition by pair_key, cluster_key) = 2 then 'stayers'
        when side = 'a' then 'leavers'
        else 'joiners'
    end as component
from sums
