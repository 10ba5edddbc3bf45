{# How the interval of a difference of shares is made, of the largest part of a side that is one user's and the variance
   (method 5.7). No variance where all conversations of a side have the outcome, or none: then nothing tells the error. #}
{% macro t_interval_method(h_max, variance) %}
    case
        when {{ h_max }} >= 1 - 1e-12 then 'one user'
        when {{ variance }} <= 1e-24 then 'no variation'
        else 'CR2, t'
    end
{%- endmacro %}

{# Half of its width: null where there is no interval. #}
{% macro t_half_width(h_max, variance, df) %}
    case when {{ h_max }} < 1 - 1e-12 and {{ variance }} > 1e-24 then {{ t_quantile(df) }} * sqrt({{ variance }}) end
{%- endmacro %}

{# One of its ends, where a difference of two shares can be; `sign` chooses it. #}
{% macro t_end(value, half_width, sign) %}
    case when {{ half_width }} is not null
        then {{ 'greatest(-1, ' if sign == '-' else 'least(1, ' }}{{ value }} {{ sign }} {{ half_width }})
    end
{%- endmacro %}
