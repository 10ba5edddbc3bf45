{# Questions whose drift is watched. #}
{% macro drift_measures() %}
    {{ return(['use_case', 'collaboration', 'intent', 'soc_group', 'is_occupational']) }}
{% endmacro %}

{# A week against the reference: how a user's part of a week, or of the reference, is scaled in the influence of a user
   on a share (CR2; method 5.1 and 5.3); zero for one who makes all of it. #}
{% macro scale_of_side(weight, total) %}
    case when {{ weight }} < {{ total }} * (1 - 1e-12) then 1 / ({{ total }} * sqrt(1 - {{ weight }} / {{ total }})) else 0 end
{%- endmacro %}

{# What a share adds to the Jensen-Shannon divergence in bits, beside the mean of both (Lin 1991). #}
{% macro divergence_part(share, middle) %}
    case when {{ share }} > 0 then {{ share }} * log2({{ share }} / {{ middle }}) / 2 else 0 end
{%- endmacro %}

{# Quantile of chi-squared over its degrees of freedom, at 1 - p (Wilson and Hilferty 1931). #}
{% macro chi_squared_over_df(p, df) %}
    pow(1 - 2 / (9 * {{ df }}) + {{ normal_quantile(p) }} * sqrt(2 / (9 * {{ df }})), 3)
{%- endmacro %}
