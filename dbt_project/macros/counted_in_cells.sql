{# Users listed in cells, summed to one row per period, segment and cell: what the variance of a share is made of
   (method 5.1), and how much of the cell is its largest users'. A row may stand for several alike users. #}
{% macro counted_in_cells(listed) %}
    select period_key, segment_key, cell_key,
        coalesce(sum(user_count) filter (where is_user_known), 0)::bigint as known_user_count,
        not bool_and(is_user_known) as has_unknown_users,
        {{ two_largest('max(weight_in_cell, 2) || [max(weight_in_cell) filter (where user_count > 1)]') }} as largest_weights,
        {% for footing in ['whole', 'classified'] %}
        sum(user_count * weight_in_cell * weight_in_cell * {{ footing }}_leverage) as {{ footing }}_yy,
        sum(user_count * weight_in_cell * {{ footing }}_weight * {{ footing }}_leverage) as {{ footing }}_yd{{ ',' if not loop.last }}
        {% endfor %}
    from {{ listed }}
    group by period_key, segment_key, cell_key
{% endmacro %}

{# The two largest numbers of a list, largest first. #}
{% macro two_largest(numbers) %}
    list_slice(list_reverse_sort(list_filter({{ numbers }}, lambda number: number is not null)), 1, 2)
{%- endmacro %}
