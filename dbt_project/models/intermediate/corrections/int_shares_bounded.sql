-- one row per period, facet and label: between what the shares would be, if the engine errs as often as on its evaluation
-- set, give or take the limits of those rates (method 5.5)
with errors as (
    select engine, model_hash, facet,
        {{ cell_of_review('facet', 'predicted') }} as predicted,
        {{ cell_of_review('facet', 'settled') }} as label, n
    from {{ ref('stg_reference__engine_errors') }}
),
counts as (  -- the strata of the mode are the patterns
    select engine, model_hash, facets.facet, predicted,
        case facets.facet when 'automation' then {{ mode_of('label') }} else label end as label, sum(n) as n
    from errors
    inner join (
        select unnest({{ reviewed_facets() }}) as of_errors, unnest({{ reviewed_facets() }}) as facet
        union all
        select 'collaboration', 'automation'
    ) as facets on errors.facet = facets.of_errors
    where label is not null
    group by all
),
strata as (
    select engine, model_hash, facet, predicted, sum(n) as n from counts group by engine, model_hash, facet, predicted
),
labels as (select distinct engine, model_hash, facet, label from counts),
periods as (
    select periods.period_key, predicted.facet, min(predicted.engine) as engine, min(predicted.model_hash) as model_hash
    from {{ ref('int_conversations_predicted') }} as predicted
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    where periods.period_type in ('all', 'month')
    group by periods.period_key, predicted.facet
    having count(distinct (predicted.engine, predicted.model_hash)) = 1
),
predictions as (
    select period_key, facet, predicted, sum(weight) / sum(sum(weight)) over (partition by period_key, facet) as stratum_share
    from {{ ref('int_predictions_summed_by_user') }}
    group by period_key, facet, predicted
),
rates as (
    select periods.period_key, periods.facet, labels.label, predictions.stratum_share,
        strata.n, coalesce(counts.n, 0) / strata.n as p, {{ t_quantile('greatest(1, coalesce(strata.n, 2) - 1)') }} as t
    from periods
    inner join labels using (engine, model_hash, facet)
    inner join predictions using (period_key, facet)
    left join strata using (engine, model_hash, facet, predicted)
    left join counts using (engine, model_hash, facet, predicted, label)
)
-- a label that the evaluation set never saw may be anything
select period_key, facet, label,
    sum(stratum_share * coalesce({{ wilson_end('p', 'n', 't', '-') }}, 0)) as bound_lo,
    least(1, sum(stratum_share * coalesce({{ wilson_end('p', 'n', 't', '+') }}, 1))) as bound_hi
from rates
group by period_key, facet, label
