-- what is drawn: never more than there is. Floors of a draw: the published one, the home's, and none; published tables
-- lack what a draw without floor would find
with sizes as (
    select period_key, segment_key, group_number, unit, unit_count,
        unnest(list_distinct(case unit
            when 'users' then [100, 300, 1000, 3000, 10000]
            -- and all there are, which says what the draws say at their end
            else [1000, 3000, 10000, 30000, 50000, 100000, 300000, case when group_number = 0 then unit_count end]
        end)) as draw_size
    from {{ ref('int_units_counted_in_replicates') }}
)
select sizes.period_key, sizes.segment_key, sizes.group_number, sizes.unit, sizes.draw_size,
    unnest(list_distinct(case
        when sizes.unit = 'users' then [1]
        when segments.segment_type = 'published' then [15]
        else [15, greatest(floors.floor_conversations, 1), 1]
    end))::bigint as draw_floor,
    sizes.unit_count
from sizes
inner join {{ ref('int_segments_numbered') }} as segments using (segment_key)
cross join {{ ref('int_floors_chosen') }} as floors
where sizes.draw_size <= sizes.unit_count
