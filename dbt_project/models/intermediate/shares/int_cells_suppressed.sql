-- which cells are hidden: those below the floor, or mostly one person's, and then the next smallest until the row
-- that stands for them holds at least two cells and passes the floor itself (method 3.5)
with cells as (
    select counted.period_key, counted.segment_key, counted.cell_key, counted.numerator, counted.n_conversations,
        counted.n_users, listed.measure, listed.parent_cell, classified.n_conversations as all_conversations,
        classified.n_users as all_users, floors.floor_conversations, floors.floor_users,
        counted.n_conversations < floors.floor_conversations
        or (floors.floor_users > 0 and (
            counted.n_users < floors.floor_users
            or {{ is_mostly_one_persons('counted.largest_user', 'counted.two_largest_users', 'counted.numerator') }}
        )) as is_below
    from {{ ref('int_cells_counted') }} as counted
    inner join {{ ref('int_denominators_listed') }} as listed using (cell_key, footing)
    inner join {{ ref('int_segments_floored') }} as floors using (segment_key)
    inner join {{ ref('int_denominators_listed') }} as under
        on counted.cell_key = under.cell_key and under.footing = 'of_classified'
    inner join {{ ref('int_denominators_summed') }} as classified
        on counted.period_key = classified.period_key and counted.segment_key = classified.segment_key
        and under.denominator_key = classified.denominator_key
    where counted.footing = 'of_all' and not listed.is_special
),
heaviest as (
    select coalesce(max(weight), 1) as weight from {{ ref('int_conversations_answered') }}
),
ranked as (
    select cells.*,
        row_number() over by_size as size_rank,
        -- never more than the conversations behind them: cells share them by weight, skills in full; within a group or
        -- statement a conversation has one label
        case when measure in ('skills', 'skills_needed') then max(n_conversations) over by_size
            when measure like '%\_by\_%' escape '\' then sum(n_conversations) over by_size
            else sum(numerator) over by_size / heaviest.weight end as conversations_so_far,
        max(n_users) over by_size as users_so_far,
        count(*) over (partition by period_key, segment_key, measure, parent_cell) as cell_count,
        count(*) filter (where is_below) over (partition by period_key, segment_key, measure, parent_cell) as below_count
    from cells
    cross join heaviest
    window by_size as (
        partition by period_key, segment_key, measure, parent_cell
        order by is_below desc, n_conversations, numerator, cell_key
        rows between unbounded preceding and current row
    )
),
decided as (
    select *,
        min(size_rank) filter (
            where size_rank >= greatest(below_count, 2)
            and conversations_so_far >= floor_conversations and users_so_far >= floor_users
        ) over (partition by period_key, segment_key, measure, parent_cell) as last_hidden
    from ranked
)
select period_key, segment_key, measure, parent_cell, cell_key,
    below_count > 0 and (last_hidden is null or size_rank <= last_hidden) as is_suppressed,
    -- all cells hidden in one row stand for all that was classified: withheld if that is below the floor too
    below_count > 0 and last_hidden is null
    and (cell_count < 2 or all_conversations < floor_conversations or all_users < floor_users) as is_withheld
from decided
