-- kappa with its interval by the grouped jackknife, over users (macro kappa_intervals)
{{ kappa_intervals(
    ref('int_kappas_resampled'), ref('int_users_grouped_in_comparisons'), ref('int_agreements_computed')
) }}
