-- kappa of both engines with its interval by the grouped jackknife, over groups of users (macro kappa_intervals)
{{ kappa_intervals(
    ref('int_change_kappas_resampled'),
    ref('int_user_groups_counted_in_changes'),
    ref('int_change_agreements_computed')
) }}
