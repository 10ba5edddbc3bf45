-- one row per change and group of users: a group is a cluster, and is left out once. Users of several weeks do not add up:
-- there are at least as many as in the week that has most
with counted as (
    select comparison_key, facet,
        old_engine, old_model, old_model_hash, old_version, new_engine, new_model, new_model_hash, new_version,
        user_group, sum(conversation_count)::bigint as conversation_count,
        coalesce(sum(conversation_count) filter (where old_label = new_label), 0)::double as weight_in_agreement
    from {{ ref('int_engine_changes_counted') }}
    group by all
),
people as (
    select facet, old_engine, old_model, old_model_hash, old_version, new_engine, new_model, new_model_hash, new_version,
        user_group, max(user_count) as user_count, max(unknown_count) as unknown_count
    from {{ ref('stg_lake__engine_changes') }}
    group by all
)
select counted.comparison_key, counted.user_group + 1 as cluster_key, counted.user_group + 1::bigint as group_number,
    counted.conversation_count,
    counted.conversation_count::double as weight_sum,
    counted.conversation_count::double as weight_square_sum,
    counted.weight_in_agreement, people.user_count, people.unknown_count
from counted
inner join people
    on counted.facet = people.facet and counted.user_group = people.user_group
    {% for side in ['old', 'new'] %}
    and counted.{{ side }}_engine = people.{{ side }}_engine
    and counted.{{ side }}_model = people.{{ side }}_model
    and counted.{{ side }}_model_hash is not distinct from people.{{ side }}_model_hash
    and counted.{{ side }}_version is not distinct from people.{{ side }}_version
    {% endfor %}
