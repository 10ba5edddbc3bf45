-- depth over all occupations, those without a used statement included, by every method; in all and without each group
with draws as (
    select draws.*, described.onet_version, periods.period_type
    from {{ ref('int_draws_listed') }} as draws
    inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
),
taxonomies as (
    select onet_version, any_value(occupation_count) as occupation_count
    from {{ ref('int_statements_listed_by_occupation') }}
    group by onet_version
),
sums as (
    select period_key, segment_key, group_number, unit, draw_size, draw_floor,
        sum(depth_share) as mean
        {%- for percent in depth_percents() %}, sum(at_least_{{ percent }}) as at_least_{{ percent }}{% endfor %}
    from {{ ref('int_occupation_depths_rarefied') }}
    group by all
),
figures as (
    select draws.period_key, draws.segment_key, draws.group_number, draws.unit as method, draws.draw_size::double as draw_size,
        draws.draw_floor, draws.period_type,
        unnest(['mean'{% for percent in depth_percents() %}, 'at_least_{{ percent }}'{% endfor %}]) as statistic,
        unnest([
            coalesce(sums.mean, 0)
            {%- for percent in depth_percents() %}, coalesce(sums.at_least_{{ percent }}, 0){% endfor %}
        ]) / taxonomies.occupation_count as value
    from draws
    inner join taxonomies using (onet_version)
    left join sums using (period_key, segment_key, group_number, unit, draw_size, draw_floor)
)
select period_key, segment_key, group_number, method, draw_size, draw_floor, statistic, value
from figures
where statistic = 'mean' or period_type in ('all', 'window')
union all
select period_key, segment_key, group_number, 'coverage', coverage, 1, 'mean', depth_share
from {{ ref('int_depth_interpolated_on_coverage') }}
