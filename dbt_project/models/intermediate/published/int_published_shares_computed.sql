-- published segments go through the same sums as a home's; what is not known of their users has no number
select counted.period_key, counted.segment_key, listed.measure, listed.parent_cell, listed.cell, counted.footing,
    counted.denominator_key, false as is_withheld,
    counted.numerator, totals.denominator, counted.n_conversations, null::bigint as n_users,
    totals.n_conversations as denominator_conversations,
    counted.numerator / totals.denominator as share,
    null::double as variance, null::double as deff, null::double as df, null::double as t, null::double as n_eff,
    null::double as share_lo, null::double as share_hi,
    'users unknown' as interval_method
from {{ ref('int_cells_counted') }} as counted
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
inner join {{ ref('int_denominators_listed') }} as listed using (cell_key, footing)
inner join {{ ref('int_denominators_totalled') }} as totals
    on counted.period_key = totals.period_key and counted.segment_key = totals.segment_key
    and counted.denominator_key = totals.denominator_key
where segments.segment_type = 'published'
