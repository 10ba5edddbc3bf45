-- variances of mix, within and their sum: squared influences of users. Those of a published side are not known: each of
-- its conversations stands alone, and their sum takes the design effect of our own table (method 5.3)
with design_effects as (
    select shares.measure, greatest(1, median(shares.deff)) as deff
    from {{ ref('int_shares') }} as shares
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
    where periods.period_type = 'all' and shares.segment_key = 1 and shares.footing = 'of_classified'
        and not {{ is_special('shares.cell') }}
    group by shares.measure
),
influences as (
    select table_key, mix, within, 1 as times from {{ ref('int_influences_summed_to_users') }}
    union all
    select answers.table_key, answers.mix, answers.within,
        -- a conversation weighs the same as the others of its answer
        design_effects.deff * sums.weight * sums.weight / sums.conversation_count
    from {{ ref('int_influences_summed_to_answers') }} as answers
    inner join {{ ref('int_sides_listed') }} as sides using (pair_key, side)
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    inner join {{ ref('int_patterns_summed_to_sides') }} as sums using (period_key, segment_key, patterns_key)
    inner join design_effects
        on design_effects.measure = case answers.outcome when 'automation' then 'automation' else 'collaboration' end
    where segments.segment_type = 'published'
)
select table_key, unnest(['mix', 'within', 'total']) as component,
    unnest([
        sum(times * mix * mix), sum(times * within * within), sum(times * (mix + within) * (mix + within))
    ]) as variance
from influences
group by table_key
