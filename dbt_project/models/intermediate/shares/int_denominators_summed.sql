-- one row per period, segment and denominator: what the formulas of shares need of all users (method 5.1)
with users as (
    select users.period_key, users.segment_key, users.denominator_key, users.user_count, users.is_user_known, users.weight,
        users.weight / totals.denominator as h
    from {{ ref('int_users_listed_in_denominators') }} as users
    inner join {{ ref('int_denominators_totalled') }} as totals using (period_key, segment_key, denominator_key)
),
summed as (
    select period_key, segment_key, denominator_key,
        sum(user_count)::bigint as cluster_count,
        (coalesce(sum(user_count) filter (where is_user_known), 0) + max((not is_user_known)::int))::bigint as n_users,
        sum(user_count * weight * weight) as square_sum,
        max(h) as h_max,
        sum(user_count * weight * weight / (1 - h)) filter (where h < 1) as leveraged_square_sum,
        sum(user_count * h * h) as h2,
        sum(user_count * h * h / (1 - h)) filter (where h < 1) as h2_leveraged,
        sum(user_count * h * h * h * h / ((1 - h) * (1 - h))) filter (where h < 1) as h4_leveraged
    from users
    group by period_key, segment_key, denominator_key
)
select summed.period_key, summed.segment_key, summed.denominator_key,
    totals.denominator, totals.n_conversations, summed.cluster_count, summed.n_users, totals.kish_n,
    summed.square_sum, summed.h_max, summed.leveraged_square_sum, summed.h2, summed.h2_leveraged, summed.h4_leveraged
from summed
inner join {{ ref('int_denominators_totalled') }} as totals using (period_key, segment_key, denominator_key)
