-- what each user adds to the mean, the mean of logarithms, and the share that lies at or below the median
with medians as (  -- the smallest number at which half the weight is reached, without interpolation (method 5.2)
    select period_key, segment_key, facet, min(number) as median
    from {{ ref('int_numbers_ordered') }}
    where share_up_to >= 0.5
    group by period_key, segment_key, facet
)
select listed.period_key, listed.segment_key, listed.facet, listed.cluster_key, any_value(medians.median) as median,
    sum(listed.conversation_count)::bigint as conversation_count,
    sum(listed.weight) as weight,
    sum(listed.weight_square) as weight_square,
    sum(listed.weight * listed.number) as number_sum,
    sum(listed.weight * listed.number * listed.number) as number_square_sum,
    coalesce(sum(listed.weight) filter (where listed.number > 0), 0) as positive_weight,
    coalesce(sum(case when listed.number > 0 then listed.weight * ln(listed.number) end), 0) as log_sum,
    coalesce(sum(listed.weight) filter (where listed.number <= medians.median), 0) as weight_up_to_median
from {{ ref('int_numbers_listed') }} as listed
inner join medians using (period_key, segment_key, facet)
group by listed.period_key, listed.segment_key, listed.facet, listed.cluster_key
