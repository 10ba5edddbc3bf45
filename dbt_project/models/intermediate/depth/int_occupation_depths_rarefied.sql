-- expected depth of each occupation in a draw, and the chance that at least a tenth, ... of its statements are used
with reached as (
    select chances.period_key, chances.segment_key, chances.group_number, chances.unit, chances.draw_size,
        chances.draw_floor, listings.onet_soc_code, any_value(listings.task_count) as task_count,
        list(chances.chance order by chances.chance) as chances
    from {{ ref('int_statement_chances_computed') }} as chances
    inner join {{ ref('int_statement_units_counted_in_replicates') }} as statements
        using (period_key, segment_key, group_number, unit, used_count)
    inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
    inner join {{ ref('int_statements_listed_by_occupation') }} as listings using (onet_version, statement_hash)
    where chances.chance > 0
    group by all
),
convolved as (
    select reached.*,
        -- a curve is drawn of the longest periods alone: shorter ones have their mean
        case when periods.period_type in ('all', 'window') then {{ poisson_binomial('reached.chances') }} end as distribution
    from reached
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
)
select period_key, segment_key, group_number, unit, draw_size, draw_floor, onet_soc_code,
    list_sum(chances) / task_count as depth_share,
    {% for percent in depth_percents() %}
    -- whole numbers: a share of exactly the threshold reaches it
    case when distribution is not null
        then coalesce(list_sum(distribution[(({{ percent }} * task_count + 99) // 100 + 1):]), 0)
    end as at_least_{{ percent }}{{ ',' if not loop.last }}
    {% endfor %}
from convolved
