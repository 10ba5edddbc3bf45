-- one row per comparison, predicted and settled label: the part of the predicted label that it is. Cells below the floor
-- are one row, which holds at least two of them and passes the floor itself; else the row of the label is withheld
with cells as (
    select comparison_key, predicted, label, count(distinct conversation_key) as n_reviews,
        count(distinct case when cluster_key > 0 then cluster_key else 0 end) as n_users,
        sum(weight) as weight, sum(pow(weight, 2) / credit) as square_sum
    from {{ ref('int_reviews_compared') }}
    group by comparison_key, predicted, label
),
floored as (
    select cells.*, floors.floor_conversations, floors.floor_users,
        cells.n_reviews < floors.floor_conversations or cells.n_users < floors.floor_users as is_below,
        count(*) filter (where cells.n_reviews < floors.floor_conversations or cells.n_users < floors.floor_users)
            over (partition by cells.comparison_key, cells.predicted) as below_count
    from cells
    cross join {{ ref('int_floors_chosen') }} as floors
),
ranked as (
    select *, row_number() over by_size as size_rank, sum(n_reviews) over by_size as reviews_so_far,
        max(n_users) over by_size as users_so_far
    from floored
    window by_size as (
        partition by comparison_key, predicted order by is_below desc, n_reviews, label
        rows between unbounded preceding and current row
    )
),
decided as (
    select *,
        min(size_rank) filter (
            where size_rank >= greatest(below_count, 2)
            and reviews_so_far >= floor_conversations and users_so_far >= floor_users
        ) over (partition by comparison_key, predicted) as last_hidden
    from ranked
),
merged as (
    select comparison_key, predicted,
        case when below_count > 0 and (last_hidden is null or size_rank <= last_hidden) then '_suppressed' else label end as label,
        below_count > 0 and last_hidden is null as is_withheld,
        sum(n_reviews)::bigint as n_reviews, sum(weight) as weight, sum(square_sum) as square_sum
    from decided
    group by all
),
shares as (
    select *, weight / sum(weight) over of_label as share,
        {{ kish('sum(weight) over of_label', 'sum(square_sum) over of_label') }} as n
    from merged
    window of_label as (partition by comparison_key, predicted)
),
intervals as (
    select *, {{ t_quantile('greatest(1, n - 1)') }} as t from shares
)
select comparison_key, predicted, label, label = '_suppressed' as is_suppressed,
    case when not is_withheld then n_reviews end as n_reviews,
    case when not is_withheld then share end as share,
    case when not is_withheld then {{ wilson_end('share', 'n', 't', '-') }} end as share_lo,
    case when not is_withheld then {{ wilson_end('share', 'n', 't', '+') }} end as share_hi
from intervals
