-- stayers, joiners, leavers and all on each side, and whether they may be shown: the conversations with the outcome, and
-- those without, have to pass the floor and be no one's own in each group (method 3.5). Of a side's two groups each can be
-- had from the other and the whole: both are hidden together
with users as (
    select pair_key, side, unnest([component, 'total']) as component, cluster_key > 0 as is_known, d, y, n,
        y as weight_with, d - y as weight_without, n_with_outcome as n_with, n - n_with_outcome as n_without
    from {{ ref('int_changes_summed_to_users') }}
),
groups as (
    select pair_key, component, side, sum(d) as d, sum(y) as y, sum(n)::bigint as n,
        -- all unknown users are one
        count(*) filter (where is_known) + max((not is_known)::int) as n_users,
        coalesce(sum(d) filter (where not is_known), 0) / sum(d) as unknown_share,
        {% for cell in ['with', 'without'] %}
        sum(weight_{{ cell }}) as weight_{{ cell }}, sum(n_{{ cell }}) as n_{{ cell }},
        count(*) filter (where is_known and n_{{ cell }} > 0)
            + max((not is_known and n_{{ cell }} > 0)::int) as users_{{ cell }},
        {{ two_largest('max(weight_' ~ cell ~ ', 2)') }} as largest_{{ cell }}{{ ',' if not loop.last }}
        {% endfor %}
    from users
    group by pair_key, component, side
),
judged as (
    select groups.*,
        {% for cell in ['with', 'without'] %}
        n_{{ cell }} >= floors.floor_conversations and users_{{ cell }} >= floors.floor_users and (
            floors.floor_users = 0
            or (largest_{{ cell }}[1] <= 0.5 * weight_{{ cell }} and list_sum(largest_{{ cell }}) <= 0.9 * weight_{{ cell }})
        ){{ ' and' if not loop.last }}
        {% endfor %} as is_above_floor
    from groups
    cross join {{ ref('int_floors_chosen') }} as floors
)
select pair_key, component, side, y / d as share,
    d / max(d) filter (where component = 'total') over (partition by pair_key, side) as weight_share,
    n, n_users, unknown_share,
    component = 'total'
    or bool_and(is_above_floor) filter (where component <> 'total') over (partition by pair_key, side) as is_shown
from judged
