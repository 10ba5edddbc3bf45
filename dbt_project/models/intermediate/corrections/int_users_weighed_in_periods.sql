-- one row per period and facet: what clustering by user does to every share of the table (method 5.1)
with users as (
    select period_key, facet, cluster_key, sum(weight) as weight, sum(weight_square) as weight_square,
        sum(conversation_count) as conversation_count
    from {{ ref('int_predictions_summed_by_user') }}
    group by period_key, facet, cluster_key
),
parts as (
    select *, weight / sum(weight) over (partition by period_key, facet) as h
    from users
)
select period_key, facet,
    sum(weight) as weight, sum(conversation_count)::bigint as n_conversations, count(*) as cluster_count,
    pow(sum(weight), 2) / sum(weight_square) as kish_n,
    max(h) as h_max,
    sum(h * h) as h2,
    {{ clustered_df('sum(h * h)', 'sum(h * h / (1 - h)) filter (where h < 1)', 'sum(pow(h, 4) / pow(1 - h, 2)) filter (where h < 1)') }} as df
from parts
group by period_key, facet
