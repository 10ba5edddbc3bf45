-- statistics of concentration in all (group 0) and without each group: the largest are chosen anew in each
with list_sizes as (
    select onet_version, count(distinct statement_hash) as statement_count
    from {{ ref('int_statements_split_to_occupations') }}
    group by onet_version
),
ranked as (
    select use.*, list_sizes.statement_count,
        row_number() over (partition by period_key, segment_key, group_number order by use.is_shown desc, use.weight desc, use.cell_key)
            as place,
        -- statements that nobody used come first
        list_sizes.statement_count - count(*) over of_all
        + row_number() over (partition by period_key, segment_key, group_number order by use.weight, use.cell_key) as place_from_below
    from {{ ref('int_statement_use_resampled') }} as use
    inner join {{ ref('int_segments_described') }} as described using (period_key, segment_key)
    inner join list_sizes using (onet_version)
    window of_all as (partition by period_key, segment_key, group_number)
),
sums as (
    select period_key, segment_key, group_number, sum(weight) as whole,
        sum(weight) filter (where is_shown and place = 1) as top_1_task,
        sum(weight) filter (where is_shown and place <= 10) as top_10_tasks,
        sum((2 * place_from_below - statement_count - 1) * weight) / any_value(statement_count) as ranked_sum,
        sum(weight * weight) as square_sum
    from ranked
    group by period_key, segment_key, group_number
),
repeats as (
    select period_key, group_number,
        sum(cell_square) over of_period - case when group_number > 0 then cell_square else 0 end as cell_square,
        sum(user_square) over of_period - case when group_number > 0 then user_square else 0 end as user_square
    from (
        select period_key, group_number, cell_square, user_square from {{ ref('int_task_repeats_squared') }}
        union all  -- all users are one replicate, even if each is in a group
        select distinct period_key, 0, 0, 0 from {{ ref('int_task_repeats_squared') }}
    ) as squares
    window of_period as (partition by period_key)
),
statistics as (
    select sums.period_key, sums.segment_key, sums.group_number,
        sums.top_1_task / nullif(whole, 0) as top_1_task,
        sums.top_10_tasks / nullif(whole, 0) as top_10_tasks,
        sums.ranked_sum / nullif(whole, 0) as gini_of_tasks,
        (square_sum - repeats.cell_square) / nullif(whole * whole - repeats.user_square, 0) as same_task_of_two_users
    from sums
    left join (select distinct period_key, group_number, cell_square, user_square from repeats) as repeats
        on sums.period_key = repeats.period_key and sums.group_number = repeats.group_number and sums.segment_key = 1
)
unpivot statistics on top_1_task, top_10_tasks, gini_of_tasks, same_task_of_two_users into name statistic value value
