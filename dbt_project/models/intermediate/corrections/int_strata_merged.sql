-- the stratum of each predicted label: itself, if five reviews stand behind it; else one with the other rare ones under
-- the same mode; else with all rare ones; else the label with most reviews (method 5.4)
with predictions as (
    select listed.correction_key, sums.predicted, sum(sums.weight) as weight,
        sum(sums.weight_square) as weight_square
    from {{ ref('int_corrections_listed') }} as listed
    inner join {{ ref('int_predictions_summed_by_user') }} as sums using (period_key, facet)
    group by listed.correction_key, sums.predicted
),
reviews as (
    select correction_key, predicted, sum(review_weight) as s1, sum(review_weight * review_weight) as s2
    from {{ ref('int_reviews_placed_in_corrections') }}
    group by correction_key, predicted
),
labels as (
    select correction_key, predicted, listed.facet,
        coalesce(weight, 0) as weight, coalesce(weight_square, 0) as weight_square,
        coalesce(s1, 0) as s1, coalesce(s2, 0) as s2,
        {{ kish('s1', 's2') }} >= 5 - 1e-9 as is_own,
        case when listed.facet in ('collaboration', 'automation') then {{ mode_of('predicted') }} else '' end as parent
    from predictions
    full join reviews using (correction_key, predicted)
    inner join {{ ref('int_corrections_listed') }} as listed using (correction_key)
),
within_modes as (
    select *,
        case
            when is_own then predicted
            when {{ kish('sum(s1) over rare', 'sum(s2) over rare') }} >= 5 - 1e-9 then trim('other ' || parent)
        end as stratum_in_mode
    from labels
    window rare as (partition by correction_key, is_own, parent)
),
together as (
    select *,
        case
            when stratum_in_mode is not null then stratum_in_mode
            when {{ kish('sum(s1) over rest', 'sum(s2) over rest') }} >= 5 - 1e-9 then 'other'
        end as stratum_of_all
    from within_modes
    window rest as (partition by correction_key, stratum_in_mode is null)
)
select correction_key, predicted, weight, weight_square,
    coalesce(
        stratum_of_all,
        arg_max(stratum_of_all, (s1, stratum_of_all)) filter (where stratum_of_all is not null) over (partition by correction_key),
        'other'
    ) as stratum
from together
