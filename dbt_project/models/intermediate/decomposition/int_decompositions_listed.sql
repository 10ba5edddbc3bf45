-- which rate of which two sides is taken apart: where both sides may show it, so that each passes the floor (method 5.7)
with periods as (
    select distinct period_key, period_type from {{ ref('int_periods_numbered') }}
),
shown as (
    select period_key, segment_key, cell as outcome, denominator_conversations
    from {{ ref('int_shares') }}
    where measure in ('automation', 'collaboration') and footing = 'of_classified'
        and cell not in ('augmentation', '_suppressed')
),
products as (  -- the four most used, as of models
    select shown.segment_key, period_key,
        row_number() over (order by shown.denominator_conversations desc, shown.segment_key) as product_rank
    from shown
    inner join periods using (period_key)
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    where segments.segment_type = 'product' and segments.segment <> '(unknown)'
        and periods.period_type = 'all' and shown.outcome = 'automation'
    qualify product_rank <= 4
),
published as (  -- releases that give patterns by task
    select distinct sums.period_key, sums.segment_key
    from {{ ref('int_answers_summed_to_periods') }} as sums
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    inner join {{ ref('int_patterns_numbered') }} as patterns on sums.answer_key = patterns.patterns_key
    where segments.segment_type = 'published' and not {{ is_special('patterns.automation') }}
),
pairs as (
    select comparison, period_key_a, segment_key_a, period_key_b, segment_key_b
    from {{ ref('int_pairs_listed') }} as listed
    inner join periods on listed.period_key_a = periods.period_key
    where (comparison = 'changes' and measure = 'automation')
        or (comparison = 'models' and measure = 'soc_group' and periods.period_type in ('month', 'all'))
    union all
    select 'products', a.period_key, a.segment_key, b.period_key, b.segment_key
    from products as a
    inner join products as b on a.product_rank < b.product_rank
    union all
    select 'published', published.period_key, published.segment_key, periods.period_key, 1
    from published
    cross join periods
    where periods.period_type = 'all'
)
select cast(dense_rank() over (
        order by pairs.comparison, pairs.period_key_a, pairs.segment_key_a, pairs.period_key_b, pairs.segment_key_b
    ) as integer) as pair_key,
    pairs.comparison, b.outcome, pairs.period_key_a, pairs.segment_key_a, pairs.period_key_b, pairs.segment_key_b
from pairs
inner join shown as b on pairs.period_key_b = b.period_key and pairs.segment_key_b = b.segment_key
left join shown as a
    on pairs.period_key_a = a.period_key and pairs.segment_key_a = a.segment_key and b.outcome = a.outcome
-- the patterns one by one are taken apart where there are few pairs
where (pairs.comparison = 'published' or a.outcome is not null)
    and (pairs.comparison in ('changes', 'published') or b.outcome = 'automation')
