-- one row per period, facet, user and predicted label: what post-stratification needs of all conversations. Months and
-- all together only, for all conversations: reviews are too few for more
select periods.period_key, predicted.facet, predicted.predicted, predicted.cluster_key,
    sum(predicted.weight) as weight, sum(predicted.weight * predicted.weight) as weight_square,
    count(*) as conversation_count
from {{ ref('int_conversations_predicted') }} as predicted
inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
where periods.period_type in ('all', 'month')
group by periods.period_key, predicted.facet, predicted.predicted, predicted.cluster_key
