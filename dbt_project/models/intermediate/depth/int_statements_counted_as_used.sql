-- statements that pass the floor before the 1/n split: "used" means exactly this (Handa et al. 2025; method 1.5)
select counted.period_key, counted.segment_key, listed.cell as statement_hash
from {{ ref('int_cells_counted') }} as counted
inner join {{ ref('int_denominators_listed') }} as listed using (cell_key, footing)
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
cross join {{ ref('int_floors_chosen') }} as floors
where listed.measure = 'statement_alone' and counted.footing = 'of_all' and not listed.is_special
    and {{ is_used('counted', 'segments', 'floors') }}
