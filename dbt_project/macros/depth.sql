{# Chance that at least `floor` of the `used` units are among `size` that are drawn of `total` (hypergeometric; Hurlbert
   1971; method 5.6). By logarithms of factorials, so it is clipped to [0, 1]. Needs used >= floor and size <= total. #}
{% macro chance_of_reaching(floor, used, size, total) %}
    greatest(0, least(1, 1 - coalesce(list_sum(list_transform(
        range(greatest(0, {{ size }} + {{ used }} - {{ total }}), least({{ floor }}, {{ size }} + 1)),
        lambda x: exp({{ log_choose(used, 'x') }} + {{ log_choose(total ~ ' - ' ~ used, size ~ ' - x') }}
            - {{ log_choose(total, size) }})
    )), 0)))
{%- endmacro %}

{# Chance that none of the `used` units is among `size` that are drawn of `total`. #}
{% macro chance_of_none(used, size, total) %}
    case
        when {{ size }} > {{ total }} - ({{ used }}) then 0
        else exp({{ log_choose(total ~ ' - (' ~ used ~ ')', size) }} - {{ log_choose(total, size) }})
    end
{%- endmacro %}

{# Logarithm of n over k. #}
{% macro log_choose(n, k) %}(lgamma({{ n }} + 1) - lgamma({{ k }} + 1) - lgamma(({{ n }}) - ({{ k }}) + 1)){% endmacro %}

{# Chances that 0, 1, 2, ... of independent events happen, as a list: one event after the other is folded into it
   (Poisson-binomial by convolution; method 5.6). `chances` is the list of their chances. #}
{% macro poisson_binomial(chances) %}
    list_reduce(
        list_prepend([1::double], list_transform({{ chances }}, lambda chance: [chance])),
        lambda so_far, event: list_transform(
            list_zip(list_append(so_far, 0::double), list_prepend(0::double, so_far)),
            lambda pair: pair[1] * (1 - event[1]) + pair[2] * event[1]
        )
    )
{%- endmacro %}

{# Shares of an occupation's statements, in percent, of which the depth figures tell how many occupations reach them. #}
{% macro depth_percents() %}{{ return([10, 25, 50, 75]) }}{% endmacro %}

{# A cell of `counted` is used: it passes the floor, before it is split. A published cell did so when it was published. #}
{% macro is_used(counted, segments, floors) %}
    ({{ segments }}.segment_type = 'published' or (
        {{ counted }}.n_conversations >= greatest({{ floors }}.floor_conversations, 1)
        and {{ counted }}.n_users >= {{ floors }}.floor_users
    ))
{%- endmacro %}
