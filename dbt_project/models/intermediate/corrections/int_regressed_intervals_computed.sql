-- one row per correction, label and target: the second share with its interval, for a cross-check of the first
with variances as (
    select regressed.correction_key, regressed.label, first.interval_target, regressed.second_share, first.df, first.h_max,
        case first.interval_target
            when 'process' then greatest(
                regressed.squares * weighed.cluster_count / nullif(weighed.cluster_count - 1, 0),
                first.sampling_variance + regressed.rest_variance_of_mean
            )
            else regressed.rest_variance_of_mean
                * case when listed.is_pooled then 1 else greatest(0, 1 - regressed.kish_reviews / weighed.kish_n) end
        end as variance
    from {{ ref('int_shares_regressed') }} as regressed
    inner join {{ ref('int_corrected_variances_computed') }} as first using (correction_key, label)
    inner join {{ ref('int_corrections_listed') }} as listed using (correction_key)
    inner join {{ ref('int_users_weighed_in_periods') }} as weighed using (period_key, facet)
)
select correction_key, label, interval_target, second_share,
    case when interval_target = 'these_logs' or h_max < 1 - 1e-12 then
        greatest(0, second_share - {{ t_quantile('df') }} * sqrt(variance)) end as second_share_lo,
    case when interval_target = 'these_logs' or h_max < 1 - 1e-12 then
        least(1, second_share + {{ t_quantile('df') }} * sqrt(variance)) end as second_share_hi
from variances
