-- concentration with its interval on the logit scale, by the grouped jackknife over users (method 5.8); Gini's point is
-- the bias-corrected one where users can be left out
with logits as (
    select period_key, segment_key, group_number, statistic, value,
        ln(greatest(1e-9, value) / greatest(1e-9, 1 - value)) as logit
    from {{ ref('int_concentration_resampled') }}
),
groups as (
    select period_key, segment_key, group_number,
        sum(weight_sum) / sum(sum(weight_sum)) over (partition by period_key, segment_key) as part
    from {{ ref('int_user_groups_numbered') }}
    group by period_key, segment_key, group_number
),
points as (
    select * from logits where group_number = 0
),
replicates as (
    select points.period_key, points.segment_key, points.statistic, groups.part, points.logit as whole_value,
        logits.logit as value_left
    from points
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
    inner join groups using (period_key, segment_key)
    left join logits
        on points.period_key = logits.period_key and points.segment_key = logits.segment_key
        and points.statistic = logits.statistic and groups.group_number = logits.group_number
    where periods.period_type = 'all'
),
jackknife as (
    {{ jackknife_over_groups('replicates', ['period_key', 'segment_key', 'statistic']) }}
),
ends as (
    select points.period_key, points.segment_key, points.statistic, points.value, jackknife.df,
        case when points.statistic = 'gini_of_tasks' then coalesce(jackknife.jackknife_value, points.logit) else points.logit end
            as centre,
        -- groups that all say the same say nothing of how users differ
        case when jackknife.sd > 1e-12 then jackknife.sd * {{ t_quantile('jackknife.df') }} end as half_width
    from points
    left join jackknife using (period_key, segment_key, statistic)
)
select period_key, segment_key, statistic,
    case when statistic = 'gini_of_tasks' and half_width is not null then 1 / (1 + exp(-centre)) else value end as value,
    1 / (1 + exp(half_width - centre)) as value_lo,
    1 / (1 + exp(-half_width - centre)) as value_hi,
    case when half_width is not null then df end as df,
    case when half_width is null then 'none' else 'grouped jackknife over users, logit' end as interval_method
from ends
