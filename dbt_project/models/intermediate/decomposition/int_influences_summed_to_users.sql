{{ config(materialized='view') }}
-- phi of method 5.7: how far each user moves mix and within, by what they did on both sides
with sums as (
    select influences.pair_key, influences.outcome, influences.level, influences.side, users.cluster_key,
        -- h is the user's part of the side's denominator (Bell and McCaffrey 2002)
        1 / sqrt(nullif(greatest(0, 1 - sum(users.weight) / influences.denominator), 0)) as root_of_leverage,
        sum(users.weight * influences.mix) as mix, sum(users.weight * influences.within) as within
    from {{ ref('int_users_listed_in_sides') }} as users
    inner join {{ ref('int_sides_listed') }} as sides using (period_key, segment_key)
    inner join {{ ref('int_influences_summed_to_answers') }} as influences
        on sides.pair_key = influences.pair_key and sides.side = influences.side
        and users.patterns_key = influences.patterns_key
    group by influences.pair_key, influences.outcome, influences.level, influences.side, users.cluster_key,
        influences.denominator
)
select pair_key, outcome, level, cluster_key,
    sum(root_of_leverage * mix) as mix, sum(root_of_leverage * within) as within
from sums
group by pair_key, outcome, level, cluster_key
