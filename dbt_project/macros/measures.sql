{# The measures of the index, by what a conversation's cells follow from: its labels, the skills it shows, or its
   mapping to tasks. Those within a SOC group (`joint_measures`) follow from label and mapping together. #}
{% macro label_measures() %}
    {{ return(['collaboration', 'automation', 'use_case', 'intent', 'is_occupational', 'language']) }}
{% endmacro %}

{% macro mapping_measures() %}
    {{ return(['statement', 'statement_alone', 'occupation', 'soc_group', 'job_zone', 'wage_quartile', 'skills_needed',
        'isco_1', 'isco_2'] + activity_measures() + ['soc_group_floored_first']) }}
{% endmacro %}

{% macro joint_measures() %}
    {{ return(['collaboration_by_soc_group', 'automation_by_soc_group']) }}
{% endmacro %}

{# Measures with one table each: their denominator `of_all` is all that came in. #}
{% macro whole_measures() %}
    {{ return(label_measures() + ['skills'] + mapping_measures()) }}
{% endmacro %}

{# Work activities of O*NET, finest first: a statement gives equal parts to its own. #}
{% macro activity_measures() %}
    {{ return(['dwa', 'iwa', 'gwa']) }}
{% endmacro %}

{# Kept for all conversations together, not for each segment: many cells a conversation, many cells, or what stands beside
   published figures alone. #}
{% macro uncut_measures() %}
    {{ return(['skills_needed', 'dwa', 'soc_group_floored_first']) }}
{% endmacro %}

{# Questions whose answers carry a state. #}
{% macro stated_measures() %}
    {{ return(['language', 'is_occupational', 'use_case', 'collaboration', 'intent', 'soc_group', 'skills']) }}
{% endmacro %}

{# A cell that is no label: what was left out, and why. #}
{% macro is_special(cell) %}starts_with({{ cell }}, '_'){% endmacro %}

{# SQL text of a list of names. #}
{% macro quoted(names) %}'{{ names | join("', '") }}'{% endmacro %}

{# Measures whose few cells a user's weight is summed to in columns, by the key of the answer that they follow from,
   with the number of columns (slots); cells beyond them, and all other measures, are summed in rows. Skills needed
   are apart: they are kept for all conversations together alone. #}
{% macro slots() %}
    {{ return({
        'facets': {'collaboration': 8, 'automation': 5, 'use_case': 5, 'intent': 5, 'is_occupational': 4},
        'mapping': {'job_zone': 7, 'wage_quartile': 6},
        'needs': {'skills_needed': 37},
    }) }}
{% endmacro %}

{# The slots of one kind in a line: measure, number within the measure, and the measure's place in whole_measures(). #}
{% macro slots_of(kind) %}
    {% set found = [] %}
    {% for measure, count in slots()[kind].items() %}
        {% for number in range(1, count + 1) %}
            {% do found.append({'measure': measure, 'number': number, 'place': whole_measures().index(measure) + 1}) %}
        {% endfor %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
