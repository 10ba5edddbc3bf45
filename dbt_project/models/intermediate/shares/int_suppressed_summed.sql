-- the row that stands for the hidden cells of a table: users and conversations are counted once
with conversations as (
    select period_key, segment_key, measure, parent_cell, bool_or(is_withheld) as is_withheld,
        sum(conversation_count)::bigint as n_conversations
    from {{ ref('int_hidden_parts_listed') }}
    group by period_key, segment_key, measure, parent_cell
),
tables as (
    select distinct measure, parent_cell, footing, denominator_key from {{ ref('int_denominators_listed') }}
),
users as (
    select users.period_key, users.segment_key, users.measure, users.parent_cell, tables.footing, tables.denominator_key,
        users.user_count, users.is_user_known, users.weight,
        case tables.footing when 'of_all' then users.whole_weight else users.classified_weight end as d
    from {{ ref('int_users_listed_in_hidden_cells') }} as users
    inner join tables using (measure, parent_cell)
),
summed as (
    select users.period_key, users.segment_key, users.measure, users.parent_cell, users.footing, users.denominator_key,
        sum(users.user_count * users.weight) as numerator,
        (coalesce(sum(users.user_count) filter (where users.is_user_known), 0) + max((not users.is_user_known)::int))::bigint
            as n_users,
        max(users.weight) filter (where users.is_user_known) as largest_user,
        sum(users.user_count * users.weight * users.weight / nullif(1 - users.d / totals.denominator, 0)) as yy,
        sum(users.user_count * users.weight * users.d / nullif(1 - users.d / totals.denominator, 0)) as yd
    from users
    inner join {{ ref('int_denominators_totalled') }} as totals using (period_key, segment_key, denominator_key)
    group by users.period_key, users.segment_key, users.measure, users.parent_cell, users.footing, users.denominator_key
)
select summed.period_key, summed.segment_key, summed.measure, summed.parent_cell, summed.footing, summed.denominator_key,
    -- hidden cells together may be one person's again
    conversations.is_withheld
    or (floors.floor_users > 0 and coalesce(summed.largest_user > summed.numerator * {{ var('largest_user_share') }}, false))
        as is_withheld,
    summed.numerator, conversations.n_conversations, summed.n_users, summed.yy, summed.yd
from summed
inner join conversations using (period_key, segment_key, measure, parent_cell)
inner join {{ ref('int_segments_floored') }} as floors using (segment_key)
