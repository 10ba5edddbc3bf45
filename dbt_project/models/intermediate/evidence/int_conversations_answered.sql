-- one row per conversation: the keys of what was answered about it, and of the segments that it is in
with brought as (
    select found.conversation_id, found.segment_type, segments.segment_key
    from {{ ref('stg_lake__segments') }} as found
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_type, segment)
),
unknown as (
    select segment_type, segment_key from {{ ref('int_segments_numbered') }}
    where segment = '(unknown)' and {{ is_brought('segment_type') }}
),
cut as (
    select labelled.conversation_id, list(coalesce(brought.segment_key, unknown.segment_key)) as segment_keys
    from {{ ref('int_conversations_labelled') }} as labelled
    cross join unknown
    left join brought using (conversation_id, segment_type)
    group by labelled.conversation_id
)
select labelled.week_start, labelled.conversation_key, labelled.cluster_key, labelled.weight,
    list_filter(
        [1, {% for segment_type in labelled_segment_types() %}{{ segment_type }}s.segment_key{{ ', ' if not loop.last }}{% endfor %}]
        || coalesce(cut.segment_keys, []), lambda key: key is not null
    ) as segment_keys,
    facets.facets_key, skill_sets.skills_key, mappings.mapping_key, patterns.patterns_key
from {{ ref('int_conversations_labelled') }} as labelled
inner join {{ ref('int_conversations_condensed') }} as condensed using (conversation_key)
inner join {{ ref('int_mappings_numbered') }} as mappings
        on condensed.picks_hash = mappings.picks_hash and condensed.judged_soc_group = mappings.judged_soc_group
inner join {{ ref('int_patterns_numbered') }} as patterns
    on mappings.mapping_key = patterns.mapping_key and labelled.collaboration = patterns.collaboration
inner join {{ ref('int_facets_numbered') }} as facets
    on {% for measure in label_measures() %}labelled.{{ measure }} = facets.{{ measure }}{{ ' and ' if not loop.last }}{% endfor %}
left join {{ ref('int_skill_sets_numbered') }} as skill_sets on labelled.skill_cells = skill_sets.skill_cells
{% for segment_type in labelled_segment_types() %}
left join {{ ref('int_segments_numbered') }} as {{ segment_type }}s
    on {{ segment_type }}s.segment_type = '{{ segment_type }}' and labelled.{{ segment_type }} = {{ segment_type }}s.segment
{% endfor %}
left join cut on labelled.conversation_id = cut.conversation_id
