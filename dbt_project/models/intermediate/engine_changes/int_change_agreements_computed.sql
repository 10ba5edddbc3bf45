-- share of equal labels of both engines with its interval, over groups of users (macro agreement_intervals)
{{ agreement_intervals(
    ref('int_user_groups_counted_in_changes'), 'sum(user_count) + (sum(unknown_count) > 0)::int'
) }}
