-- mean vector of each week against the reference: the first weeks that may be shown
with weeks as (
    select chosen.*, vectors.version, vectors.n_conversations as n_with_vector, vectors.n_users as n_users_with_vector,
        coalesce(vectors.version_count, 0) as version_count
    from {{ ref('int_weeks_chosen_as_reference') }} as chosen
    left join {{ ref('int_vectors_listed_in_weeks') }} as vectors using (week_start)
),
references_joined as (
    select sides.period_key,
        min(weeks.week_start) as reference_start, count(*)::bigint as reference_week_count,
        sum(weeks.n_with_vector)::bigint as n_reference_conversations,
        -- users do not add up: at least so many
        max(weeks.n_users_with_vector) as n_reference_users,
        string_agg(distinct weeks.version, ', ' order by weeks.version) as reference_version,
        max(weeks.version_count) as reference_version_count
    from {{ ref('int_drift_sides_listed') }} as sides
    inner join weeks on sides.side_period_key = weeks.period_key
    where sides.is_reference_side
    group by sides.period_key
),
joined as (
    select weeks.*, refs.* exclude (period_key), compared.* exclude (period_key), floors.are_users_logged,
        not weeks.is_shown
        or coalesce(least(weeks.n_with_vector, refs.n_reference_conversations), 0) < floors.floor_conversations
        or coalesce(least(weeks.n_users_with_vector, refs.n_reference_users), 0) < floors.floor_users as is_suppressed,
        -- vectors of two makers have no distance
        refs.reference_version is not null and (weeks.version is distinct from refs.reference_version
            or weeks.version_count > 1 or refs.reference_version_count > 1) as is_other_engine
    from weeks
    left join references_joined as refs using (period_key)
    left join {{ ref('int_vectors_compared') }} as compared using (period_key)
    cross join {{ ref('int_floors_chosen') }} as floors
    where coalesce(weeks.version, refs.reference_version) is not null
)
select 'week' as period_type, joined.week_start as period_start, 'all' as segment_type, 'all' as segment,
    joined.is_reference, joined.reference_start, joined.reference_week_count,
    coalesce(joined.n_with_vector, 0) as n_conversations,
    case when joined.are_users_logged then joined.n_users_with_vector end as n_users,
    joined.n_reference_conversations,
    {% for column in ['distance', 'expected_distance', 'df', 'distance_limit'] %}
    case when not joined.is_suppressed and not joined.is_other_engine then joined.{{ column }} end as {{ column }},
    {% endfor %}
    joined.version, joined.reference_version, joined.is_other_engine,
    joined.is_suppressed, described.cluster_unit, described.floor,
    case
        when not joined.is_shown then 'too few'
        when joined.reference_version is null then 'no reference'
        when joined.is_other_engine then 'another engine'
        when joined.is_suppressed then 'too few'
        when joined.distance_limit is null then 'cannot tell'
        when joined.distance > joined.distance_limit then 'drifted'
        else 'as the reference'
    end as verdict
from joined
inner join {{ ref('int_segments_described') }} as described using (period_key)
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
where segments.segment_type = 'all'
