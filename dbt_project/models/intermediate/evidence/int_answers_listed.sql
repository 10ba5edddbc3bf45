-- one row per answer (a set of labels, skills, or a mapping), measure and cell: the part of a conversation that
-- the answer gives to the cell
with occupations as (
    select mapping_key as answer_key, onet_version, occupation as cell, soc_group, part
    from {{ ref('int_occupations_assigned') }}
),
zones as (
    select onet_version, onet_soc_code as cell, job_zone::varchar as found, 1 as found_part
    from {{ ref('stg_reference__job_zones') }}
),
quartiles as (
    select onet_version, onet_soc_code as cell, wage_quartile::varchar as found, 1 as found_part
    from {{ ref('int_occupations_placed_in_wage_quartiles') }}
),
{% for level in [1, 2] %}
isco_{{ level }} as (
    select onet_version, onet_soc_code as cell, isco_group as found, isco_weight as found_part
    from {{ ref('int_occupations_crosswalked_to_isco') }}
    where isco_level = {{ level }}
),
{% endfor %}
needs as (
    select onet_version, onet_soc_code as cell, skill as found, needed_share as found_part
    from {{ ref('stg_reference__skills') }}
    where needed_share > 0
),
cells as (
    {% for measure in label_measures() %}
    select facets_key as answer_key, '{{ measure }}' as measure, '' as parent_cell, {{ measure }} as cell, 1::double as part
    from {{ ref('int_facets_numbered') }}
    where {{ measure }} is not null
    union all
    {% endfor %}
    select skills_key, 'skills', '', unnest(skill_cells), 1 from {{ ref('int_skill_sets_numbered') }}
    union all
    select mapping_key, 'statement', '', statement, part from {{ ref('int_mappings_labelled') }}
    union all
    select mapping_key, 'statement_alone', '',
        case when is_alone or {{ is_special('statement') }} then statement else '_unclassified' end, part
    from {{ ref('int_mappings_labelled') }}
    {% for measure in activity_measures() %}
    union all
    select mapping_key, '{{ measure }}', '', {{ measure }}, part from {{ ref('int_activities_assigned') }}
    {% endfor %}
    union all
    select answer_key, 'occupation', '', cell, part from occupations
    union all
    select answer_key, 'soc_group', '', soc_group, part from occupations
    union all
    select mapping_key, 'soc_group_floored_first', '', soc_group, part from {{ ref('int_soc_groups_of_statements_floored') }}
    -- a skill counts in proportion to its need: its parts of one conversation, alone of these, do not add up to one
    {% for measure, facts in [('job_zone', 'zones'), ('wage_quartile', 'quartiles'), ('skills_needed', 'needs'),
        ('isco_1', 'isco_1'), ('isco_2', 'isco_2')] %}
    union all
    select answer_key, '{{ measure }}', '', coalesce(found, {{ unmapped_or('cell') }}), part * coalesce(found_part, 1)
    from occupations left join {{ facts }} using (onet_version, cell)
    {% endfor %}
    {% for measure, label in [('collaboration_by_soc_group', 'collaboration'), ('automation_by_soc_group', 'automation')] %}
    union all
    select patterns.patterns_key, '{{ measure }}', occupations.soc_group, patterns.{{ label }}, occupations.part
    from {{ ref('int_patterns_numbered') }} as patterns
    inner join occupations on patterns.mapping_key = occupations.answer_key
    where not {{ is_special('occupations.soc_group') }}
    {% endfor %}
)
select answer_key, measure, parent_cell, cell, sum(part) as part
from cells
group by answer_key, measure, parent_cell, cell
