-- one row per conversation and facet that was reviewed or whose errors are known: the engine's one label, all of the
-- others together, and who gave it
with facets as (
    select distinct facet from {{ ref('int_conversations_reviewed') }}
    union
    select distinct unnest(case facet when 'collaboration' then ['collaboration', 'automation'] else [facet] end)
    from {{ ref('stg_reference__engine_errors') }}
),
groups as (  -- of several groups the heaviest
    select mapping_key, arg_max(soc_group, (part, soc_group)) as soc_group
    from {{ ref('int_occupations_assigned') }}
    where (select count(*) from facets where facet = 'soc_group') > 0
    group by mapping_key
),
versions as (
    select conversation_id, coalesce(model_hash, model) as model_hash
        {%- for facet in reviewed_facets() %}, {{ facet }}_version{% endfor %}
    from {{ ref('stg_lake__facet_summaries') }}
),
mappings as (
    select conversation_id, arg_min(version, pick) as version
    from {{ ref('stg_lake__onet_task_mappings') }}
    group by conversation_id
),
answers as (
    {% for facet in reviewed_facets() + ['automation'] %}
    select labelled.conversation_key, labelled.conversation_id, labelled.week_start, labelled.cluster_key, labelled.weight,
        labelled.engine, '{{ facet }}' as facet,
        {{ 'groups.soc_group' if facet == 'soc_group' else 'labelled.' ~ facet | replace('automation', 'collaboration') }} as cell
    from {{ ref('int_conversations_labelled') }} as labelled
    {% if facet == 'soc_group' %}
    inner join {{ ref('int_conversations_answered') }} as answered using (conversation_key)
    inner join groups using (mapping_key)
    {% endif %}
    where exists (select 1 from facets where facet = '{{ facet }}')
    {{ 'union all' if not loop.last }}
    {% endfor %}
)
select answers.week_start, answers.conversation_key, answers.cluster_key, answers.weight, answers.facet,
    case when answers.cell in ('_failed', '_unmapped') or answers.facet = 'soc_group' and answers.cell = '_none'
        then '_unclassified' else answers.cell end as predicted,
    answers.engine, versions.model_hash,
    case answers.facet
        {% for facet in reviewed_facets() if facet != 'soc_group' %}when '{{ facet }}' then {{ facet }}_version {% endfor %}
        when 'automation' then collaboration_version
        else coalesce(mappings.version, soc_group_version)
    end as version
from answers
left join versions using (conversation_id)
left join mappings using (conversation_id)
