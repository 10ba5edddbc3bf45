-- Q_j of method 5.6: a user unknown is nobody, for nobody can say whether it is the same one twice
with counted as (
    select period_key, segment_key, cell_key, known_user_count as user_count
    from {{ ref('int_repeat_users_counted_in_rare_cells') }}
    union all
    select singles.period_key, singles.segment_key, parts.cell_key, singles.user_count
    from {{ ref('int_single_users_counted') }} as singles
    inner join {{ ref('int_answers_counted_in_cells') }} as parts using (answer_key)
    where singles.is_user_known and parts.measure = 'statement_alone'
)
select counted.period_key, counted.segment_key, listed.cell as statement_hash, sum(counted.user_count)::bigint as user_count
from counted
inner join {{ ref('int_denominators_listed') }} as listed using (cell_key)
where listed.measure = 'statement_alone' and listed.footing = 'of_all' and not listed.is_special
    and counted.user_count > 0
group by counted.period_key, counted.segment_key, listed.cell
