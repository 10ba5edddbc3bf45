-- one row per correction, label and target: the 95 % interval, and what more reviews would buy (method 5.4, 5.5)
with bounds as (
    select *, {{ t_quantile('df') }} as t,
        corrected_share > 1e-12 and corrected_share < 1 - 1e-12 as is_inside,
        corrected_share * (1 - corrected_share) / nullif(variance, 0) as n_eff
    from {{ ref('int_corrected_variances_computed') }}
),
ends as (
    select *,
        case
            when variance <= 1e-15 then corrected_share
            when is_inside then {{ wilson_end('corrected_share', 'n_eff', 't', '-') }}
            when corrected_share < 0.5 then 0
            else greatest(0, 1 - t * sqrt(variance))
        end as lo,
        case
            when variance <= 1e-15 then corrected_share
            when is_inside then {{ wilson_end('corrected_share', 'n_eff', 't', '+') }}
            when corrected_share < 0.5 then least(1, t * sqrt(variance))
            else 1
        end as hi,
        -- one person is no sample of people
        interval_target = 'these_logs' or h_max < 1 - 1e-12 as has_interval
    from bounds
)
select ends.correction_key, ends.label, ends.interval_target, ends.corrected_share,
    case when has_interval then lo end as corrected_share_lo,
    case when has_interval then hi end as corrected_share_hi,
    ends.sampling_variance, ends.review_variance_of_target, ends.variance, ends.df,
    case when is_inside and variance > 1e-15 then n_eff end as n_eff, ends.n_conversations, ends.has_interval,
    {{ reviews_wanted('listed.n_reviews', 'ends.review_variance_of_target', 'ends.sampling_variance', 'ends.t') }} as reviews_wanted
from ends
inner join {{ ref('int_corrections_listed') }} as listed using (correction_key)
