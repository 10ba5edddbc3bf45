-- each headline counted in other ways: how much hangs on choices that nobody makes the same (method 6)
with sums as (
    select measure,
        sum(conversation_count)::bigint as n_conversations,
        count(*) filter (where cluster_key > 0 and d > 0) as n_users,
        sum(y) as y, sum(d) as d, sum(u) as u,
        {% for name in ['by_turns', 'of_chats', 'of_texts'] %}sum(y_{{ name }}) as y_{{ name }}, sum(d_{{ name }}) as d_{{ name }},
        {% endfor %}
        avg(y / d) filter (where d > 0) as user_mean,
        stddev_samp(y / d) filter (where d > 0) / sqrt(count(*) filter (where d > 0)) as user_error,
        greatest(1, count(*) filter (where d > 0) - 1) as user_df
    from {{ ref('int_headlines_summed_by_user') }}
    group by measure
),
influences as (
    select users.measure, max(abs(users.y - sums.y / sums.d * users.d) / nullif(sums.d - users.d, 0)) as influence
    from {{ ref('int_headlines_summed_by_user') }} as users
    inner join sums using (measure)
    where users.cluster_key > 0
    group by users.measure
),
heavy as (  -- a person whose conversations are few is in nobody's top hundredth
    select measure, ceil(count(*) / 100) as top_count,
        list_sum(list_slice(list_reverse_sort(list(d)), 1, ceil(count(*) / 100)::bigint)) / sum(d) as top_share
    from {{ ref('int_headlines_summed_by_user') }}
    where cluster_key > 0 and d > 0
    group by measure
),
weeks as (  -- a season needs weeks of their own (method 5.1)
    select errors.measure, errors.week_count - 1 as week_df,
        least(sums.n_conversations, p * (1 - p) / nullif(errors.variance, 0)) as week_n_eff, p
    from {{ ref('int_headline_errors_of_weeks_computed') }} as errors
    inner join (select *, y / d as p from sums where d > 0) as sums using (measure)
    cross join {{ ref('int_floors_chosen') }} as floors
    where errors.week_count >= 8 and not floors.is_time_assigned
),
variants as (
    {% for variant, value, users_only in [
        ('as printed', 'y / d', false), ('each user once', 'user_mean', true), ('by turns', 'y_by_turns / nullif(d_by_turns, 0)', false),
        ('chats alone', 'y_of_chats / nullif(d_of_chats, 0)', false), ('each text once', 'y_of_texts / nullif(d_of_texts, 0)', false),
        ('none of the unclassified', 'y / (d + u)', false), ('all of the unclassified', '(y + u) / (d + u)', false),
        ('most that one user moves it', 'influence', true), ('share of the top hundredth of users', 'top_share', true),
        ('as printed, weeks vary too', 'weeks.p', true),
    ] %}
    select sums.measure, '{{ variant }}' as variant, {{ loop.index }} as variant_number, {{ value }} as value,
        {{ users_only }} as is_of_users, sums.n_conversations, sums.n_users, sums.user_error, sums.user_df, heavy.top_count,
        weeks.week_n_eff, weeks.week_df
    from sums left join influences using (measure) left join heavy using (measure) left join weeks using (measure)
    {{ 'union all' if not loop.last }}
    {% endfor %}
),
shown as (
    select variants.*, cells.cell, floors.are_users_logged,
        (is_of_users and not floors.are_users_logged)
        or (variant = 'share of the top hundredth of users' and top_count < floors.floor_users) as is_hidden
    from variants
    inner join {{ ref('int_headline_cells_chosen') }} as cells using (measure)
    cross join {{ ref('int_floors_chosen') }} as floors
)
select shown.measure, shown.cell, shown.variant, shown.variant_number,
    case when not shown.is_hidden then shown.value end as value,
    {% for end, sign in [('lo', '-'), ('hi', '+')] %}
    case
        when shown.is_hidden then null
        when shown.variant = 'each user once'
            then {{ 'greatest(0' if end == 'lo' else 'least(1' }}, shown.value {{ sign }} shown.user_error * {{ t_quantile('shown.user_df') }})
        when shown.variant = 'as printed, weeks vary too'
            then {{ wilson_end('shown.value', 'shown.week_n_eff', t_quantile('shown.week_df'), sign) }}
    end as value_{{ end }},
    {% endfor %}
    shown.n_conversations, case when shown.are_users_logged then shown.n_users end as n_users,
    described.engine
from shown
inner join {{ ref('int_periods_listed') }} as periods on periods.period_type = 'all'
inner join {{ ref('int_segments_described') }} as described on described.period_key = periods.period_key and described.segment_key = 1
