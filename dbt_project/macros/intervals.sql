{# Student's t at 0.975, linear in 1/df (seed t_quantiles; method 5). #}
{% macro t_quantile(df) %}
    (
        select low.t_quantile + (1000 / {{ df }} - floor(1000 / {{ df }})) * (high.t_quantile - low.t_quantile)
        from {{ ref('t_quantiles') }} as low
        inner join {{ ref('t_quantiles') }} as high on high.step = low.step + 1
        where low.step = floor(1000 / {{ df }})
    )
{% endmacro %}

{# One end of Wilson's interval at an effective sample size (Kott and Carr 1997); exact at 0 and 1
   (Clopper-Pearson ends; Korn and Graubard 1998). #}
{% macro wilson_end(p, n, t, sign) %}
    case
        when {{ p }} <= 1e-12 then {{ '0' if sign == '-' else '1 - pow(0.025, 1 / ' ~ n ~ ')' }}
        when {{ p }} >= 1 - 1e-12 then {{ 'pow(0.025, 1 / ' ~ n ~ ')' if sign == '-' else '1' }}
        else ({{ p }} + {{ t }} * {{ t }} / (2 * {{ n }})) / (1 + {{ t }} * {{ t }} / {{ n }})
            {{ sign }} {{ t }} / (1 + {{ t }} * {{ t }} / {{ n }})
            * sqrt({{ p }} * (1 - {{ p }}) / {{ n }} + {{ t }} * {{ t }} / (4 * {{ n }} * {{ n }}))
    end
{% endmacro %}

{# How a share may be shown (after Parker et al. 2017, NCHS; method 5.1). #}
{% macro presentation(n_eff, df, lo, hi, p) %}
    case
        when {{ lo }} is null or {{ n_eff }} < 10 or {{ df }} < 2 then 'interval only'
        when {{ n_eff }} < 30 or {{ df }} < 5 or {{ hi }} - {{ lo }} >= 0.30
            or ({{ hi }} - {{ lo }} > 0.05 and {{ hi }} - {{ lo }} > 1.3 * {{ p }}) then 'imprecise'
        else 'ok'
    end
{% endmacro %}

{# Degrees of freedom of the clustered variance, at least 1 (Bell and McCaffrey 2002), of sums over users of powers of h,
   the user's part of the denominator (method 5.1). #}
{% macro clustered_df(h2, h2_leveraged, h4_leveraged) %}
    greatest(1, 1 / ({{ h2 }} + pow({{ h2_leveraged }}, 2) - {{ h4_leveraged }}))
{%- endmacro %}

{# Design effect that users lend to all cells of a table, at least 1 (method 5.1): squared errors over 1 - h, and p(1 - p),
   both summed over its cells; conversations; squared weights summed over its users. Weights sum to `n`. Where all are in
   one cell nothing says how alike users are: as alike as can be. #}
{% macro pooled_design_effect(squares, binomial, n, square_sum) %}
    1 + ({{ square_sum }} / {{ n }} - 1) * case
        when {{ square_sum }} <= {{ n }} then 0
        when {{ binomial }} <= 1e-12 then 1
        else greatest(0, least(1, ({{ squares }} - {{ n }} * {{ binomial }}) / (({{ square_sum }} - {{ n }}) * {{ binomial }})))
    end
{%- endmacro %}

{# What an interval over these rows clusters by: the loosest unit among them. #}
{% macro loosest_cluster_unit(cluster_unit) %}
    case
        when bool_or({{ cluster_unit }} = 'conversation') then 'conversation'
        when bool_or({{ cluster_unit }} = 'assigned_user') then 'assigned_user'
        else 'user'
    end
{%- endmacro %}
