-- what became of the labels when one engine took another's place, on the very conversations that both have labelled; below
-- the floor the count alone is shown
with changes as (
    select comparison_key, facet,
        old_engine, old_model, old_model_hash, old_version, new_engine, new_model, new_model_hash, new_version,
        min(first_week_start) as first_week_start, max(last_week_start) as last_week_start
    from {{ ref('int_engine_changes_counted') }}
    group by all
),
figures as (
    select changes.*, agreements.* exclude (comparison_key), kappas.* exclude (comparison_key), floors.are_users_logged,
        {{ floor_in_words('floors') }} as floor,
        agreements.n_conversations < floors.floor_conversations or agreements.n_users < floors.floor_users as is_suppressed
    from changes
    inner join {{ ref('int_change_agreements_computed') }} as agreements using (comparison_key)
    left join {{ ref('int_change_kappas_computed') }} as kappas using (comparison_key)
    cross join {{ ref('int_floors_chosen') }} as floors
)
select
    facet, old_engine, old_model, old_model_hash, old_version, new_engine, new_model, new_model_hash, new_version,
    first_week_start, last_week_start, n_conversations,
    case when are_users_logged then n_users end as n_users,
    {% for column in ['agreement_share', 'agreement_share_lo', 'agreement_share_hi', 'n_eff', 'deff', 'df'] %}
    case when not is_suppressed then {{ column }} end as {{ column }},
    {% endfor %}
    interval_method,
    'process' as interval_target,
    {% for column in ['expected_agreement_share', 'kappa', 'kappa_lo', 'kappa_hi'] %}
    case when not is_suppressed then {{ column }} end as {{ column }},
    {% endfor %}
    coalesce(kappa_interval_method, 'none') as kappa_interval_method,
    floor, is_suppressed,
    case
        when is_suppressed then 'suppressed'
        else {{ presentation('n_eff', 'df', 'agreement_share_lo', 'agreement_share_hi', 'agreement_share') }}
    end as presentation
from figures
