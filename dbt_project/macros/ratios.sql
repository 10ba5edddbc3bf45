{# One end of the interval of a representation ratio p / q (method 5.3). A baseline that is known exactly only scales
   the share's interval; a surveyed one adds its relative standard error on the log scale, where a share of nothing
   has its exact end over the smallest baseline. #}
{% macro ratio_end(p, p_end, variance, t, q, rse, lower) %}
    case
        when coalesce({{ rse }}, 0) = 0 or {{ p_end }} is null then {{ p_end }} / {{ q }}
        when {{ p }} <= 1e-12 then {{ '0' if lower else p_end ~ ' / (' ~ q ~ ' * exp(-1.959964 * ' ~ rse ~ '))' }}
        else {{ p }} / {{ q }} * exp({{ '-' if lower else '' }}{{ t }} * sqrt({{ variance }} / pow({{ p }}, 2) + pow({{ rse }}, 2)))
    end
{% endmacro %}
