-- what each cell adds to the change of mix and to the change within cells (Kitagawa 1955; method 5.7)
with totalled as (
    select *, sum(d_a) over of_table as denominator_a, sum(d_b) over of_table as denominator_b,
        sum(y_a) over of_table / sum(d_a) over of_table as share_a,
        sum(y_b) over of_table / sum(d_b) over of_table as share_b
    from {{ ref('int_cells_summed_to_sides') }}
    window of_table as (partition by table_key)
),
rated as (  -- where a side has nothing in a cell, it has the rate of the other
    select *, d_a / denominator_a as m_a, d_b / denominator_b as m_b,
        coalesce(y_a / nullif(d_a, 0), y_b / nullif(d_b, 0)) as r_a,
        coalesce(y_b / nullif(d_b, 0), y_a / nullif(d_a, 0)) as r_b
    from totalled
)
select table_key, pair_key, outcome, level, cell, is_merged, d_a, d_b, denominator_a, denominator_b, share_a, share_b,
    m_a, m_b, r_a, r_b,
    (m_b - m_a) * ((r_a + r_b) / 2 - (share_a + share_b) / 2) as mix,
    (m_a + m_b) / 2 * (r_b - r_a) as within
from rated
