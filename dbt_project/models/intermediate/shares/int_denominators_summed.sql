-- one row per period, segment and denominator: what the formulas of shares need of all users (method 5.1)
with users as (
    select e.period_key, e.segment_key, e.cell_key as denominator_key, e.cluster_key,
        e.weight_sum, e.weight_square_sum, e.conversation_count,
        e.weight_sum / sum(e.weight_sum) over (partition by e.period_key, e.segment_key, e.cell_key) as h
    from {{ ref('int_evidence_summed_to_periods') }} as e
    where e.cell_key in (select denominator_key from {{ ref('int_denominators_listed') }})
)
select period_key, segment_key, denominator_key,
    sum(weight_sum) as denominator,
    sum(conversation_count)::bigint as n_conversations,
    count(*) as cluster_count,
    count(*) filter (where cluster_key > 0) + max((cluster_key < 0)::int) as n_users,
    -- Kish: equals the number of conversations where weights are one
    sum(weight_sum) * sum(weight_sum) / nullif(sum(weight_square_sum), 0) as kish_n,
    sum(weight_sum * weight_sum) as square_sum,
    max(h) as h_max,
    sum(weight_sum * weight_sum / (1 - h)) filter (where h < 1) as leveraged_square_sum,
    sum(h * h) as h2,
    sum(h * h / (1 - h)) filter (where h < 1) as h2_leveraged,
    sum(h * h * h * h / ((1 - h) * (1 - h))) filter (where h < 1) as h4_leveraged
from users
group by period_key, segment_key, denominator_key
