-- one row per correction, label and target: both parts of the variance, and the larger of their sum and the joint
-- influence (method 5.4). The user effect is that of the settled label: a noisy engine hides part of it
with labels as (
    select shares.*, effects.squares, effects.joint_squares, listed.n_reviews, weighed.kish_n, weighed.n_conversations,
        weighed.df as user_df, weighed.h_max, weighed.h2,
        shares.corrected_share * (1 - shares.corrected_share) as binomial
    from {{ ref('int_shares_corrected') }} as shares
    inner join {{ ref('int_user_effects_summed') }} as effects using (correction_key, label)
    inner join {{ ref('int_corrections_listed') }} as listed using (correction_key)
    inner join {{ ref('int_users_weighed_in_periods') }} as weighed using (period_key, facet)
),
tables as (
    select correction_key,
        {{ pooled_design_effect('sum(squares) * pow(any_value(kish_n), 2)', 'sum(explained_variance)', 'any_value(kish_n)',
            '(any_value(h2) * pow(any_value(kish_n), 2))') }} as explained_deff,
        any_value(h2) * any_value(kish_n) - 1 as heaping,
        -- R squared of the settled label on the predicted one
        sum(explained_variance) / nullif(sum(binomial), 0) as explained_part
    from labels
    group by correction_key
),
effects as (
    select *,
        case
            when heaping <= 0 then 0
            when coalesce(explained_part, 0) <= 1e-12 then 1
            else least(1, (explained_deff - 1) / heaping / explained_part)
        end as user_effect
    from tables
),
targets as (
    select labels.*, 'process' as interval_target, labels.review_variance as v_r,
        labels.binomial / labels.kish_n * (1 + effects.user_effect * greatest(0, effects.heaping)) as v_s,
        coalesce(labels.joint_squares, 0) as floor_variance
    from labels
    inner join effects using (correction_key)
    union all by name
    select labels.*, 'these_logs' as interval_target, labels.review_variance_of_rest as v_r, 0 as v_s, 0 as floor_variance
    from labels
)
select correction_key, label, interval_target, corrected_share, n_conversations, h_max, v_s as sampling_variance,
    v_r as review_variance_of_target, greatest(v_s + v_r, floor_variance) as variance,
    coalesce(greatest(1, pow(greatest(v_s + v_r, floor_variance), 2) / nullif(
        pow(v_s, 2) / user_df + pow(v_r, 2) / greatest(1, n_reviews - n_strata), 0
    )), user_df) as df
from targets
