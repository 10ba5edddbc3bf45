-- numbers of a table from the smallest up: share of the weight that lies at or below each
with sums as (
    select period_key, segment_key, facet, number, sum(weight) as weight
    from {{ ref('int_numbers_listed') }}
    group by period_key, segment_key, facet, number
)
select period_key, segment_key, facet, number,
    -- rounded: a half reached in sums of fractions is a half
    round(sum(weight) over (partition by period_key, segment_key, facet order by number)
        / sum(weight) over (partition by period_key, segment_key, facet), 12) as share_up_to
from sums
