{# A data test: every share that may be shown has the conversations and users of its segment's floor behind it, and no
   label is more than half one person's. What is served, and so every long file, waits for it. Published releases were
   floored by whoever published them. #}
{% test keeps_its_floor(model) %}
    select shares.*
    from {{ model }} as shares
    inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
    inner join {{ ref('int_segments_floored') }} as floors using (segment_key)
    left join {{ ref('int_cells_numbered') }} as cells using (measure, parent_cell, cell)
    left join {{ ref('int_cells_counted') }} as counted
        on shares.period_key = counted.period_key and shares.segment_key = counted.segment_key
        and cells.cell_key = counted.cell_key and shares.footing = counted.footing
    where segments.segment_type <> 'published' and not shares.is_withheld
        and (shares.cell = '_suppressed' or not {{ is_special('shares.cell') }})
        and (
            shares.n_conversations < floors.floor_conversations
            or shares.n_users < floors.floor_users
            or (floors.floor_users > 0
                and counted.largest_user > counted.numerator * {{ var('largest_user_share') }} * (1 + 1e-9))
        )
{% endtest %}
