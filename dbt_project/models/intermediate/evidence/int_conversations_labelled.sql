with conversations as (
    select week_start, conversation_id, user_id, is_user_assigned, product, model, weight
    from {{ ref('stg_lake__conversations') }}
),
facets as (
    select
        conversation_id,
        engine,
        {{ cell_of('collaboration', "case collaboration when 'none' then '_none' else collaboration end") }} as collaboration,
        {{ cell_of('use_case', 'use_case') }} as use_case,
        {{ cell_of('intent', 'intent') }} as intent,
        {{ cell_of('is_occupational', 'is_occupational::varchar') }} as is_occupational,
        {{ cell_of('language', 'language') }} as language,
        case when soc_group_state = 'answered' then soc_group end as judged_soc_group
    from {{ ref('stg_lake__facet_summaries') }}
),
numbered as (
    select *, cast(row_number() over () as integer) as conversation_key
    from conversations
)
select
    numbered.week_start,
    numbered.conversation_key,
    numbered.conversation_id,
    -- a user unknown is a cluster of their own, below zero
    coalesce(clusters.cluster_key, -numbered.conversation_key) as cluster_key,
    case
        when numbered.user_id is null then 'conversation'
        when numbered.is_user_assigned then 'assigned_user'
        else 'user'
    end as cluster_unit,
    numbered.product,
    coalesce(numbered.model, '(unknown)') as model,
    numbered.weight,
    coalesce(facets.engine, 'none') as engine,
    coalesce(facets.collaboration, '_unclassified') as collaboration,
    case
        when facets.collaboration in ('directive', 'feedback_loop') then 'automation'
        when facets.collaboration in ('task_iteration', 'learning', 'validation') then 'augmentation'
        else coalesce(facets.collaboration, '_unclassified')
    end as automation,
    coalesce(facets.use_case, '_unclassified') as use_case,
    coalesce(facets.intent, '_unclassified') as intent,
    coalesce(facets.is_occupational, '_unclassified') as is_occupational,
    coalesce(facets.language, '_unclassified') as language,
    facets.judged_soc_group
from numbered
left join facets using (conversation_id)
left join {{ ref('int_clusters_numbered') }} as clusters using (user_id)
