{# The cell of a closed facet: its label if answered, else what became of the question. #}
{% macro cell_of(facet, value) %}
    case
        when {{ facet }}_state = 'answered' then {{ value }}
        when {{ facet }}_state in ('refused', 'truncated', 'unparsable', 'over_budget', 'dead') then '_failed'
        else '_unclassified'
    end
{% endmacro %}

{# Automation or augmentation, of a pattern (Handa et al. 2025); a special cell stays what it is. #}
{% macro mode_of(pattern) %}
    case
        when {{ pattern }} in ('directive', 'feedback_loop') then 'automation'
        when {{ pattern }} in ('task_iteration', 'learning', 'validation') then 'augmentation'
        else {{ pattern }}
    end
{% endmacro %}

{# What a cell becomes where no fact is joined to it: special cells stay, labels are unmapped. #}
{% macro unmapped_or(cell) %}case when {{ is_special(cell) }} then {{ cell }} else '_unmapped' end{% endmacro %}
