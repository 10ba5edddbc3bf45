with conversations as (
    select week_start, conversation_id, user_id, is_user_assigned, product, model, source, surface, weight,
        user_message_count, message_count
    from {{ ref('stg_lake__conversations') }}
    where weight > 0  -- a weight of zero leaves a conversation out of every figure
),
asked as (  -- where nobody is asked for skills there is no such measure; else every conversation is accounted for
    select coalesce(bool_or(skills_state <> 'not_asked'), false) as are_skills_asked
    from {{ ref('stg_lake__facet_summaries') }}
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
        case when soc_group_state = 'answered' then soc_group end as judged_soc_group,
        case
            when not asked.are_skills_asked then null
            when skills_state = 'answered' and len(skills) = 0 then ['_none']
            when skills_state = 'answered' then skills
            else [{{ cell_of('skills', "''") }}]
        end as skill_cells
    from {{ ref('stg_lake__facet_summaries') }}
    cross join asked
),
numbered as (
    select *, cast(row_number() over (order by week_start, conversation_id) as integer) as conversation_key
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
    numbered.source,
    numbered.surface,
    numbered.weight,
    numbered.user_message_count,
    numbered.message_count,
    coalesce(facets.engine, 'none') as engine,
    coalesce(facets.collaboration, '_unclassified') as collaboration,
    {{ mode_of("coalesce(facets.collaboration, '_unclassified')") }} as automation,
    coalesce(facets.use_case, '_unclassified') as use_case,
    coalesce(facets.intent, '_unclassified') as intent,
    coalesce(facets.is_occupational, '_unclassified') as is_occupational,
    coalesce(facets.language, '_unclassified') as language,
    facets.judged_soc_group,
    case when asked.are_skills_asked then coalesce(facets.skill_cells, ['_unclassified']) end as skill_cells
from numbered
cross join asked
left join facets using (conversation_id)
left join {{ ref('int_clusters_numbered') }} as clusters using (user_id)
