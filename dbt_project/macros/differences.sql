{# One end of the interval of b - a, out of each share's own interval and their correlation
   (MOVER: Newcombe 1998; Zou and Donner 2008; method 5.3). `lower` chooses the end. #}
{% macro difference_end(a, a_lo, a_hi, b, b_lo, b_hi, correlation, lower) %}
    {%- set from_b = '(' ~ b ~ ' - ' ~ b_lo ~ ')' if lower else '(' ~ b_hi ~ ' - ' ~ b ~ ')' -%}
    {%- set from_a = '(' ~ a_hi ~ ' - ' ~ a ~ ')' if lower else '(' ~ a ~ ' - ' ~ a_lo ~ ')' -%}
    {{ b }} - {{ a }} {{ '-' if lower else '+' }} sqrt(greatest(0,
        pow({{ from_b }}, 2) + pow({{ from_a }}, 2) - 2 * {{ correlation }} * {{ from_b }} * {{ from_a }}
    ))
{% endmacro %}

{# What an interval of a difference says, in the given words; silent where it says nothing. #}
{% macro verdict(lo, hi, up, down) %}
    case when {{ lo }} > 0 then '{{ up }}' when {{ hi }} < 0 then '{{ down }}' else 'cannot tell' end
{% endmacro %}

{# What a cell is called where people read it: the title of a group, else the label in words. #}
{% macro cell_label(cell, title) %}coalesce({{ title }}, replace(ltrim({{ cell }}, '_'), '_', ' ')){% endmacro %}

{# Standard normal quantile at 1 - p for p <= 0.5, error below 4.5e-4 (Abramowitz and Stegun 26.2.23). #}
{% macro normal_quantile(p) %}
    {%- set s = 'sqrt(-2 * ln(' ~ p ~ '))' -%}
    ({{ s }} - (2.515517 + 0.802853 * {{ s }} + 0.010328 * pow({{ s }}, 2))
        / (1 + 1.432788 * {{ s }} + 0.189269 * pow({{ s }}, 2) + 0.001308 * pow({{ s }}, 3)))
{% endmacro %}
