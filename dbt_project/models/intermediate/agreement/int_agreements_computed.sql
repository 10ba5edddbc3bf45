-- share of equal answers with its interval, over users (macro agreement_intervals)
{{ agreement_intervals(
    ref('int_users_grouped_in_comparisons'),
    'count(*) filter (where cluster_key > 0) + max((cluster_key < 0)::int)'
) }}
