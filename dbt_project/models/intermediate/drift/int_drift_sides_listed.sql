-- each week that may be shown beside the weeks of its reference; a week of the reference beside the others of it
with weeks as (
    select * from {{ ref('int_weeks_chosen_as_reference') }} where is_shown
)
select period_key, period_key as side_period_key, false as is_reference_side from weeks
union all
select weeks.period_key, reference.period_key, true
from weeks
inner join weeks as reference on reference.is_reference and weeks.period_key <> reference.period_key
