-- the row that stands for the hidden cells of a table: users and conversations are counted once
with hidden as (
    select period_key, segment_key, measure, parent_cell, cell_key, is_withheld
    from {{ ref('int_cells_suppressed') }}
    where is_suppressed
),
users as (  -- a row of alike users with one conversation is known by its answer
    select hidden.period_key, hidden.segment_key, hidden.measure, hidden.parent_cell,
        users.user_key, users.answer_key, users.user_count, users.is_user_known,
        users.whole_weight, users.whole_leverage, users.classified_weight, users.classified_leverage,
        bool_or(hidden.is_withheld) as is_withheld,
        sum(users.weight_in_cell) as weight
    from hidden
    inner join {{ ref('int_users_listed_in_cells') }} as users using (period_key, segment_key, cell_key)
    group by all
),
conversations as (
    select period_key, segment_key, measure, parent_cell, sum(conversation_count)::bigint as n_conversations
    from (
        select distinct hidden.period_key, hidden.segment_key, hidden.measure, hidden.parent_cell, sums.answer_key,
            sums.conversation_count
        from hidden
        inner join {{ ref('int_answers_counted_in_cells') }} as parts using (cell_key)
        inner join {{ ref('int_answers_summed_to_periods') }} as sums using (period_key, segment_key, answer_key)
    ) as answers
    group by period_key, segment_key, measure, parent_cell
),
footings as (
    {% for footing, of in [('whole', 'of_all'), ('classified', 'of_classified')] %}
    select period_key, segment_key, measure, parent_cell, '{{ of }}' as footing,
        bool_or(is_withheld) as is_withheld,
        sum(user_count * weight) as numerator,
        (coalesce(sum(user_count) filter (where is_user_known), 0) + max((not is_user_known)::int))::bigint as n_users,
        sum(user_count * weight * weight * {{ footing }}_leverage) as yy,
        sum(user_count * weight * {{ footing }}_weight * {{ footing }}_leverage) as yd
    from users
    group by period_key, segment_key, measure, parent_cell
    {{ 'union all' if not loop.last }}
    {% endfor %}
)
select footings.period_key, footings.segment_key, footings.measure, footings.parent_cell, footings.footing,
    tables.denominator_key, footings.is_withheld, footings.numerator, conversations.n_conversations, footings.n_users,
    footings.yy, footings.yd
from footings
inner join conversations using (period_key, segment_key, measure, parent_cell)
inner join (select distinct measure, parent_cell, footing, denominator_key from {{ ref('int_denominators_listed') }}) as tables
    using (measure, parent_cell, footing)
