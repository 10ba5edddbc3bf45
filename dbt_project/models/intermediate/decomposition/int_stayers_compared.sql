-- the change of those who stayed, and what joiners and leavers add to it (Melitz and Polanec 2015). Each is a difference
-- of two shares: w_E2 (S_E2 - S_S2) = S_2 - S_S2, and w_X1 (S_S1 - S_X1) = S_S1 - S_1; so errors are those of method 5.3
with components as (
    select * from (values
        ('stayers', true, 'b', 1), ('stayers', true, 'a', -1), ('joiners', false, 'b', 1), ('joiners', true, 'b', -1),
        ('leavers', true, 'a', 1), ('leavers', false, 'a', -1), ('total', false, 'b', 1), ('total', false, 'a', -1)
    ) as terms (component, is_of_stayers, side, sign)
),
sets as (
    select changes.*, components.component as of_component, components.is_of_stayers, components.sign,
        sum(d) over of_set as denominator, sum(y) over of_set / sum(d) over of_set as share, d / sum(d) over of_set as h
    from {{ ref('int_changes_summed_to_users') }} as changes
    inner join components using (side)
    where not components.is_of_stayers or changes.component = 'stayers'
    window of_set as (partition by pair_key, of_component, sign)
),
summed as (
    select pair_key, of_component, sign, any_value(share) as share, max(h) as h_max,
        {{ clustered_df('sum(h * h)', 'sum(h * h / (1 - h)) filter (where h < 1)',
            'sum(pow(h, 4) / pow(1 - h, 2)) filter (where h < 1)') }} as df
    from sets
    group by pair_key, of_component, sign
),
shares as (
    select pair_key, of_component, sum(sign * share) as value, max(h_max) as h_max, min(df) as df
    from summed
    group by pair_key, of_component
    having count(*) = 2  -- none stayed: there is nothing to compare
),
users as (
    select pair_key, of_component, cluster_key,
        sum(sign * (y - share * d) / denominator / sqrt(nullif(greatest(0, 1 - h), 0))) as z
    from sets
    group by pair_key, of_component, cluster_key
)
select pair_key, of_component as component, any_value(shares.value) as value, sum(users.z * users.z) as variance,
    any_value(shares.h_max) as h_max, any_value(shares.df) as df
from users
inner join shares using (pair_key, of_component)
group by pair_key, of_component
