-- one row per denominators that some users with several conversations share, with their leverage corrections
-- 1 / (1 - h): far fewer than users, since most have few conversations and all of them classified
with profiles as (
    select period_key, segment_key, weight, classified_weights, list(user_key) as user_keys
    from {{ ref('int_repeat_users_classified') }}
    group by period_key, segment_key, weight, classified_weights
),
totals as (
    select totals.period_key, totals.segment_key,
        max(totals.denominator) filter (where cells.cell = '_all') as whole,
        [{% for measure in whole_measures() %}
            max(totals.denominator) filter (where cells.measure = '{{ measure }}' and cells.cell = '_classified'){{ ',' if not loop.last }}
        {% endfor %}] as classified
    from {{ ref('int_denominators_totalled') }} as totals
    inner join {{ ref('int_cells_numbered') }} as cells on totals.denominator_key = cells.cell_key
    where cells.parent_cell = ''
    group by totals.period_key, totals.segment_key
)
select cast(row_number() over () as integer) as profile_key,
    profiles.period_key, profiles.segment_key, profiles.weight, profiles.classified_weights, profiles.user_keys,
    1 / nullif(1 - profiles.weight / totals.whole, 0) as leverage,
    list_transform(
        list_zip(profiles.classified_weights, totals.classified), lambda pair: 1 / nullif(1 - pair[1] / pair[2], 0)
    ) as classified_leverages
from profiles
inner join totals using (period_key, segment_key)
