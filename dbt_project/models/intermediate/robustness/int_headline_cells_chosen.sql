-- the cells that headlines are made of: work at all, the largest group of occupations, automation
with shown as (
    select shares.measure, shares.cell, shares.share,
        row_number() over (partition by shares.measure order by shares.share desc, shares.cell) as place
    from {{ ref('int_shares') }} as shares
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
    where periods.period_type = 'all' and shares.segment_key = 1 and shares.footing = 'of_classified'
        and not shares.is_withheld and not {{ is_special('shares.cell') }}
        and ((shares.measure = 'is_occupational' and shares.cell = 'true') or shares.measure = 'soc_group'
            or (shares.measure = 'automation' and shares.cell = 'automation'))
)
select shown.measure, shown.cell, listed.cell_key, listed.denominator_key
from shown
inner join {{ ref('int_denominators_listed') }} as listed using (measure, cell)
where shown.place = 1 and listed.footing = 'of_classified'
