-- second answers beside the main ones; those of conversations that their week has no more, or that another engine has
-- labelled since, fall out
select
    -- engines and models are never pooled
    cast(dense_rank() over (order by kind, facet, second.engine, second.model, version, second.main_engine) as integer)
        as comparison_key,
    second.kind, second.facet, second.engine, second.model, second.version, second.main_engine,
    labelled.conversation_key, labelled.cluster_key, labelled.cluster_unit,
    second.sample_share,
    -- a conversation drawn at a smaller share stands for more
    labelled.weight / second.sample_share as weight,
    second.value, second.main_value,
    second.value is not null and second.main_value is not null as is_comparable
from {{ ref('stg_lake__second_answers') }} as second
inner join {{ ref('int_conversations_labelled') }} as labelled using (week_start, conversation_id)
where labelled.engine = second.main_engine
