-- one row per period, segment, cell and footing: sums over the conversations and users that are in the cell
with conversations as (
    select sums.period_key, sums.segment_key, parts.cell_key,
        sum(sums.weight * parts.part) as numerator, sum(sums.conversation_count)::bigint as n_conversations
    from {{ ref('int_answers_summed_to_periods') }} as sums
    inner join {{ ref('int_answers_counted_in_cells') }} as parts using (answer_key)
    group by sums.period_key, sums.segment_key, parts.cell_key
),
users as (
    select period_key, segment_key, cell_key,
        (sum(known_user_count) + max(has_unknown_users::int))::bigint as n_users,
        {{ two_largest('flatten(list(largest_weights))') }} as largest_weights,
        {% for footing in ['whole', 'classified'] %}
        sum({{ footing }}_yy) as {{ footing }}_yy, sum({{ footing }}_yd) as {{ footing }}_yd{{ ',' if not loop.last }}
        {% endfor %}
    from (
        select * from {{ ref('int_repeat_users_counted_in_common_cells') }}
        union all
        select * from {{ ref('int_repeat_users_counted_in_rare_cells') }}
        union all
        select * from {{ ref('int_repeat_users_counted_within_groups') }}
        union all
        {{ counted_in_cells(ref('int_single_users_listed_in_cells')) }}
    ) as counted
    group by period_key, segment_key, cell_key
)
select conversations.period_key, conversations.segment_key, conversations.cell_key, listed.footing, listed.denominator_key,
    conversations.numerator, conversations.n_conversations, users.n_users,
    users.largest_weights[1] as largest_user, list_sum(users.largest_weights) as two_largest_users,
    case listed.footing when 'of_all' then users.whole_yy else users.classified_yy end as yy,
    case listed.footing when 'of_all' then users.whole_yd else users.classified_yd end as yd
from conversations
left join users using (period_key, segment_key, cell_key)
inner join {{ ref('int_denominators_listed') }} as listed using (cell_key)
-- without users: a measure that is not kept for each segment, or a published release, whose users nobody knows
where users.cell_key is not null or conversations.segment_key in (
    select segment_key from {{ ref('int_segments_numbered') }} where segment_type = 'published'
)
