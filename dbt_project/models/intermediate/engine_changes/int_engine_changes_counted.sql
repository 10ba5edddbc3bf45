-- one row per change of engine, question, group of users and pair of labels: what both engines said, all weeks together
with numbered as (
    select *,
        dense_rank() over (
            order by facet, old_engine, old_model, old_model_hash, old_version, new_engine, new_model, new_model_hash, new_version
        )::integer as comparison_key
    from {{ ref('stg_lake__engine_changes') }}
)
select comparison_key, facet,
    old_engine, old_model, old_model_hash, old_version, new_engine, new_model, new_model_hash, new_version,
    user_group, old_label, new_label,
    min(week_start) as first_week_start, max(week_start) as last_week_start,
    sum(conversation_count)::bigint as conversation_count
from numbered
group by all
