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
