-- how far one conversation of a cell moves mix and within: phi of method 5.7 is linear in the conversations, so it is
-- written as what each adds, `base`, and what it adds besides if it has the outcome, `slope`
with centred as (
    select *, (r_a + r_b) / 2 as rate, (r_b - r_a) / 2 as half_step,
        sum(m_a * (r_a + r_b) / 2) over of_table as rate_a, sum(m_b * (r_a + r_b) / 2) over of_table as rate_b,
        sum(m_a * (r_b - r_a) / 2) over of_table as half_step_a, sum(m_b * (r_b - r_a) / 2) over of_table as half_step_b,
        -- a rate that is the other side's moves with the other side: its two halves add up, and nothing changes within
        (m_b - m_a) * case when d_a > 0 and d_b > 0 then 0.5 else 1 end as mix_of_rate,
        case when d_a > 0 and d_b > 0 then (m_a + m_b) / 2 else 0 end as within_of_rate
    from {{ ref('int_cells_decomposed') }}
    window of_table as (partition by table_key)
)
{% for side, sign in [('a', '-'), ('b', '+')] %}
select table_key, pair_key, outcome, level, cell, '{{ side }}' as side, denominator_{{ side }} as denominator,
    {{ sign }}(rate - rate_{{ side }}) / denominator_{{ side }} - mix_of_rate * r_{{ side }} / d_{{ side }} as mix_base,
    mix_of_rate / d_{{ side }} as mix_slope,
    (half_step - half_step_{{ side }}) / denominator_{{ side }}
        - ({{ sign }}within_of_rate) * r_{{ side }} / d_{{ side }} as within_base,
    {{ sign }}within_of_rate / d_{{ side }} as within_slope
from centred
where d_{{ side }} > 0
{{ 'union all' if not loop.last }}
{% endfor %}
