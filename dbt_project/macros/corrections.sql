{# Facets of at most 25 labels whose shares reviews correct; `automation` follows from the pattern. #}
{% macro reviewed_facets() %}
    {{ return(['is_occupational', 'use_case', 'collaboration', 'intent', 'soc_group']) }}
{% endmacro %}

{# The cell of a reviewer's label, spelled as the cells of the figures are; null where the text bears several. #}
{% macro cell_of_review(facet, value) %}
    case
        when {{ value }} = 'unsettled' then null
        when {{ facet }} = 'collaboration' and {{ value }} = 'none' then '_none'
        when {{ facet }} = 'soc_group' and coalesce({{ value }}, '') in ('', 'none', '_none') then '_not_occupational'
        when {{ facet }} = 'is_occupational' then lower({{ value }})
        else {{ value }}
    end
{% endmacro %}

{# The label that a predicted label is a part of: itself, but of the mode for automation, whose strata are patterns. #}
{% macro label_of_prediction(facet, predicted) %}
    case when {{ facet }} = 'automation' then {{ mode_of(predicted) }} else {{ predicted }} end
{% endmacro %}

{# Cells that are labels under the codebook. #}
{% macro is_label(cell) %}{{ cell }} not in ('_unclassified', '_failed', '_suppressed'){% endmacro %}

{# Kish's number of reviews, of the sum of their weights and of the squares. #}
{% macro kish(weights, squares) %}coalesce(pow({{ weights }}, 2) / nullif({{ squares }}, 0), 0){% endmacro %}

{# How many reviews buy the half-width that is wanted (method 5.5): null where no number does. #}
{% macro reviews_wanted(n_reviews, review_variance, sampling_variance, t) %}
    case
        when pow({{ var('wanted_half_width') }} / {{ t }}, 2) > {{ sampling_variance }} then ceil(
            {{ n_reviews }} * {{ review_variance }} / (pow({{ var('wanted_half_width') }} / {{ t }}, 2) - {{ sampling_variance }})
        )::bigint
    end
{% endmacro %}
