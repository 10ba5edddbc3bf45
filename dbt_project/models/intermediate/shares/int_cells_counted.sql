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
        (coalesce(sum(user_count) filter (where is_user_known), 0) + max((not is_user_known)::int))::bigint as n_users,
        max(weight_in_cell) as largest_user,
        greatest(list_sum(max(weight_in_cell, 2)), 2 * coalesce(max(weight_in_cell) filter (where user_count > 1), 0))
            as two_largest_users,
        {% for footing in ['whole', 'classified'] %}
        sum(user_count * weight_in_cell * weight_in_cell * {{ footing }}_leverage) as {{ footing }}_yy,
        sum(user_count * weight_in_cell * {{ footing }}_weight * {{ footing }}_leverage) as {{ footing }}_yd{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_users_listed_in_cells') }}
    group by period_key, segment_key, cell_key
)
select users.period_key, users.segment_key, users.cell_key, listed.footing, listed.denominator_key,
    conversations.numerator, conversations.n_conversations, users.n_users, users.largest_user, users.two_largest_users,
    case listed.footing when 'of_all' then users.whole_yy else users.classified_yy end as yy,
    case listed.footing when 'of_all' then users.whole_yd else users.classified_yd end as yd
from users
inner join conversations using (period_key, segment_key, cell_key)
inner join {{ ref('int_denominators_listed') }} as listed using (cell_key)
