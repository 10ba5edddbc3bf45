{# The measures of the index, by what a conversation's cells follow from: its labels, the skills it shows, or its
   mapping to tasks. Those within a SOC group (`joint_measures`) follow from label and mapping together. #}
{% macro label_measures() %}
    {{ return(['collaboration', 'automation', 'use_case', 'intent', 'is_occupational', 'language']) }}
{% endmacro %}

{% macro mapping_measures() %}
    {{ return(['statement', 'statement_alone', 'occupation', 'soc_group', 'job_zone', 'wage_quartile', 'skills_needed']) }}
{% endmacro %}

{% macro joint_measures() %}
    {{ return(['collaboration_by_soc_group', 'automation_by_soc_group']) }}
{% endmacro %}

{# Measures with one table each: their denominator `of_all` is all that came in. #}
{% macro whole_measures() %}
    {{ return(label_measures() + ['skills'] + mapping_measures()) }}
{% endmacro %}

{# Kept as evidence; no mart prints them. #}
{% macro activity_measures() %}
    {{ return(['dwa', 'iwa', 'gwa']) }}
{% endmacro %}

{# Thirty-five cells a conversation: kept for all conversations together, not for each segment. #}
{% macro uncut_measures() %}
    {{ return(['skills_needed']) }}
{% endmacro %}

{# Questions whose answers carry a state. #}
{% macro stated_measures() %}
    {{ return(['language', 'is_occupational', 'use_case', 'collaboration', 'intent', 'soc_group', 'skills']) }}
{% endmacro %}

{# A cell that is no label: what was left out, and why. #}
{% macro is_special(cell) %}starts_with({{ cell }}, '_'){% endmacro %}

{# SQL text of a list of names. #}
{% macro quoted(names) %}'{{ names | join("', '") }}'{% endmacro %}
