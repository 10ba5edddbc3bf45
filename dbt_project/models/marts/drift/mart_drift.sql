-- label distribution and confidence of each week against the reference: the first weeks that may be shown
with weeks as (
    select chosen.*, measures.measure, versions.version, coalesce(versions.version_count, 0) as version_count
    from {{ ref('int_weeks_chosen_as_reference') }} as chosen
    cross join (select unnest([{{ quoted(drift_measures()) }}]) as measure) as measures
    left join {{ ref('int_versions_listed_in_weeks') }} as versions using (week_start, measure)
),
references_joined as (
    select sides.period_key, weeks.measure,
        min(weeks.week_start) as reference_start, count(*)::bigint as reference_week_count,
        sum(weeks.n_conversations)::bigint as n_reference_conversations,
        string_agg(distinct weeks.version, ', ' order by weeks.version) as reference_version,
        max(weeks.version_count) as reference_version_count
    from {{ ref('int_drift_sides_listed') }} as sides
    inner join weeks on sides.side_period_key = weeks.period_key
    where sides.is_reference_side
    group by sides.period_key, weeks.measure
),
withheld as (
    select period_key, measure, bool_or(is_withheld) as is_withheld
    from {{ ref('int_drift_cells_pooled') }}
    group by period_key, measure
),
joined as (
    select weeks.*, refs.* exclude (period_key, measure), distances.* exclude (period_key, measure),
        confidences.* exclude (period_key, measure, h_max),
        floors.are_users_logged,
        not weeks.is_shown or coalesce(withheld.is_withheld or distances.is_all_hidden, false) as is_suppressed,
        coalesce(
            weeks.version <> refs.reference_version or weeks.version_count > 1 or refs.reference_version_count > 1, false
        ) as is_other_engine,
        coalesce(confidences.week_n >= floors.floor_conversations
            and confidences.reference_n >= floors.floor_conversations
            and (floors.floor_users = 0 or (
                least(confidences.week_users, confidences.reference_users) >= floors.floor_users
                and confidences.h_max <= 0.8 and confidences.two_largest <= 0.9
            )), false) as is_confidence_shown
    from weeks
    left join references_joined as refs using (period_key, measure)
    left join {{ ref('int_distances_computed') }} as distances using (period_key, measure)
    left join {{ ref('int_confidences_compared') }} as confidences using (period_key, measure)
    left join withheld using (period_key, measure)
    cross join {{ ref('int_floors_chosen') }} as floors
    where coalesce(weeks.version, refs.reference_version) is not null
)
select 'week' as period_type, joined.week_start as period_start, 'all' as segment_type, 'all' as segment, joined.measure,
    joined.is_reference, joined.reference_start, joined.reference_week_count,
    joined.n_conversations,
    case when joined.are_users_logged then joined.n_users end as n_users,
    joined.n_reference_conversations,
    {% for column in ['cell_count', 'distance', 'expected_distance', 'distance_limit'] %}
    case when not joined.is_suppressed then joined.{{ column }} end as {{ column }},
    {% endfor %}
    {% for column, shown in [('week_mean', 'mean_confidence'), ('reference_mean', 'reference_confidence'),
        ('mean_difference', 'confidence_difference'), ('mean_difference_lo', 'confidence_difference_lo'),
        ('mean_difference_hi', 'confidence_difference_hi')] %}
    case when joined.is_confidence_shown then joined.{{ column }} end as {{ shown }},
    {% endfor %}
    joined.version, joined.reference_version, joined.is_other_engine,
    joined.is_suppressed, described.cluster_unit, described.floor,
    case
        when joined.is_suppressed then 'too few'
        when joined.distance is null then 'no reference'
        when joined.is_other_engine then 'another engine'
        when joined.distance_limit is null then 'cannot tell'
        when joined.distance > joined.distance_limit then 'drifted'
        else 'as the reference'
    end as verdict
from joined
inner join {{ ref('int_segments_described') }} as described using (period_key)
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
where segments.segment_type = 'all'
