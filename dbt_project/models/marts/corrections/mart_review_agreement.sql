-- how often the engine's label is the settled one, kappa, and what it takes for what; below the floor counts alone
with comparisons as (
    select comparison_key, facet, predicted_version, coder,
        case when count(distinct frame) = 1 then min(frame) else 'mixed' end as frame,
        {{ loosest_cluster_unit('cluster_unit') }} as cluster_unit
    from {{ ref('int_reviews_compared') }}
    group by comparison_key, facet, predicted_version, coder
),
described as (
    select comparisons.*, agreements.* exclude (comparison_key), floors.are_users_logged,
        {{ floor_in_words('floors') }} as floor,
        agreements.n_reviews < floors.floor_conversations or agreements.n_users < floors.floor_users as is_below
    from comparisons
    inner join {{ ref('int_review_agreements_computed') }} as agreements using (comparison_key)
    cross join {{ ref('int_floors_chosen') }} as floors
),
figures as (
    select comparison_key, 'accuracy' as figure, '' as predicted, '' as settled, accuracy as value, accuracy_lo as value_lo,
        accuracy_hi as value_hi, n_reviews, is_below as is_suppressed, 'grouped jackknife over users, Wilson' as interval_method
    from described
    union all
    select comparison_key, 'kappa', '', '', kappa, kappa_lo, kappa_hi, n_reviews, is_below, 'grouped jackknife over users'
    from described
    union all
    select cells.comparison_key, 'cell', cells.predicted, cells.label, cells.share, cells.share_lo, cells.share_hi,
        cells.n_reviews, cells.is_suppressed, 'Wilson at the number of reviews'
    from {{ ref('int_confusions_counted') }} as cells
    inner join described using (comparison_key)
    where not described.is_below
)
select described.facet, described.predicted_version, described.coder, figures.figure, figures.predicted, figures.settled,
    {% for column in ['value', 'value_lo', 'value_hi'] %}
    case when not described.is_below then figures.{{ column }} end as {{ column }},
    {% endfor %}
    figures.n_reviews,
    case when described.are_users_logged then described.n_users end as n_users,
    described.frame,
    case when figures.value_lo is null or described.is_below then 'none' else figures.interval_method end as interval_method,
    'process' as interval_target, described.cluster_unit, described.floor, figures.is_suppressed
from figures
inner join described using (comparison_key)
