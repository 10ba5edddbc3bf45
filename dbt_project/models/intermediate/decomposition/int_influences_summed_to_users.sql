{{ config(materialized='view') }}
-- phi of method 5.7: how far each user moves mix and within, by what they did on both sides
with sums as (
    select influences.table_key, influences.side, users.cluster_key,
        -- h is the user's part of the side's denominator (Bell and McCaffrey 2002)
        1 - sum(users.weight) / any_value(influences.denominator) as rest,
        sum(users.weight * influences.mix) as mix, sum(users.weight * influences.within) as within
    from {{ ref('int_users_listed_in_sides') }} as users
    inner join {{ ref('int_sides_listed') }} as sides using (period_key, segment_key)
    inner join {{ ref('int_influences_summed_to_answers') }} as influences
        on sides.pair_key = influences.pair_key and sides.side = influences.side
        and users.patterns_key = influences.patterns_key
    group by influences.table_key, influences.side, users.cluster_key
)
select table_key, cluster_key,
    sum(mix / sqrt(nullif(greatest(0, rest), 0))) as mix, sum(within / sqrt(nullif(greatest(0, rest), 0))) as within
from sums
group by table_key, cluster_key
