{# The cell of a closed facet: its label if answered, else what became of the question. #}
{% macro cell_of(facet, value) %}
    case
        when {{ facet }}_state = 'answered' then {{ value }}
        when {{ facet }}_state in ('refused', 'truncated', 'unparsable', 'over_budget', 'dead') then '_failed'
        else '_unclassified'
    end
{% endmacro %}
