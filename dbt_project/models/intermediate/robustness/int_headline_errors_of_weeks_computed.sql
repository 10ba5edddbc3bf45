-- variance of each headline if weeks are drawn as well as users (Cameron, Gelbach and Miller 2011; method 5.1)
with counted as (
    select measure, cluster_key, week_start, y, d from {{ ref('int_headlines_summed_by_user_and_week') }} where d > 0
),
sums as (
    select measure, sum(y) / sum(d) as p, sum(d) as d, count(distinct week_start) as week_count
    from counted
    group by measure
),
units as (
    select measure, 'users' as unit, cluster_key::varchar as of_unit, sum(y) as y, sum(d) as d
    from counted group by all
    union all
    select measure, 'weeks', week_start::varchar, sum(y), sum(d) from counted group by all
    union all
    select measure, 'both', cluster_key || ' ' || week_start, y, d from counted
),
variances as (
    select sums.measure, sums.week_count,
        {% for unit in ['users', 'weeks', 'both'] %}
        sum(pow(units.y - sums.p * units.d, 2) / nullif(1 - units.d / sums.d, 0)) filter (where units.unit = '{{ unit }}')
            / pow(sums.d, 2) as of_{{ unit }}{{ ',' if not loop.last }}
        {% endfor %}
    from units
    inner join sums using (measure)
    group by sums.measure, sums.week_count, sums.d
)
select measure, week_count, greatest(of_users, of_weeks, of_users + of_weeks - of_both) as variance
from variances
