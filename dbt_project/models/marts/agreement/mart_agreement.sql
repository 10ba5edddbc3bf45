-- how often a second answer is the main one; below the floor the counts alone are shown
with described as (
    select comparison_key, kind, facet, engine, model, version, main_engine,
        min(sample_share) as smallest_sample_share,
        max(sample_share) as largest_sample_share,
        count(*) filter (where not is_comparable) as n_not_comparable,
        {{ loosest_cluster_unit('cluster_unit') }} as cluster_unit
    from {{ ref('int_second_answers_compared') }}
    group by comparison_key, kind, facet, engine, model, version, main_engine
),
figures as (
    select described.*, agreements.* exclude (comparison_key, n_conversations, n_users),
        kappas.* exclude (comparison_key),
        coalesce(agreements.n_conversations, 0) as n_conversations,
        coalesce(agreements.n_users, 0) as n_users,
        floors.are_users_logged,
        {{ floor_in_words('floors') }} as floor,
        coalesce(agreements.n_conversations, 0) < floors.floor_conversations
        or coalesce(agreements.n_users, 0) < floors.floor_users as is_suppressed
    from described
    left join {{ ref('int_agreements_computed') }} as agreements using (comparison_key)
    left join {{ ref('int_kappas_computed') }} as kappas using (comparison_key)
    cross join {{ ref('int_floors_chosen') }} as floors
)
select
    kind, facet, engine, model, version, main_engine,
    smallest_sample_share, largest_sample_share,
    n_conversations,
    case when are_users_logged then n_users end as n_users,
    n_not_comparable,
    {% for column in ['agreement_share', 'agreement_share_lo', 'agreement_share_hi', 'n_eff', 'deff', 'df'] %}
    case when not is_suppressed then {{ column }} end as {{ column }},
    {% endfor %}
    coalesce(interval_method, 'none') as interval_method,
    'process' as interval_target,
    {% for column in ['expected_agreement_share', 'kappa', 'kappa_lo', 'kappa_hi'] %}
    case when not is_suppressed then {{ column }} end as {{ column }},
    {% endfor %}
    coalesce(kappa_interval_method, 'none') as kappa_interval_method,
    cluster_unit, floor, is_suppressed,
    case
        when is_suppressed then 'suppressed'
        else {{ presentation('n_eff', 'df', 'agreement_share_lo', 'agreement_share_hi', 'agreement_share') }}
    end as presentation
from figures
