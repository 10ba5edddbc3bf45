-- use of each occupation that can be reached, in all (group 0) and without each group of users
with described as (
    select period_key, segment_key, engine, onet_version from {{ ref('int_segments_described') }}
),
reached as (  -- the local engine knows only the statements of its bank
    select distinct split.onet_version, split.onet_soc_code
    from {{ ref('stg_reference__bank_links') }} as links
    inner join {{ ref('int_statements_split_to_occupations') }} as split using (onet_version, statement_hash)
),
listed as (
    select described.period_key, described.segment_key, occupations.onet_soc_code
    from described
    inner join (
        select distinct onet_version, onet_soc_code from {{ ref('int_statements_split_to_occupations') }}
    ) as occupations using (onet_version)
    left join reached using (onet_version, onet_soc_code)
    where described.engine not in ('local', 'mixed') or reached.onet_soc_code is not null
),
totals as (
    select counted.period_key, counted.segment_key, cells.cell as onet_soc_code, counted.numerator as weight
    from {{ ref('int_cells_counted') }} as counted
    inner join {{ ref('int_denominators_listed') }} as cells using (cell_key, footing)
    where cells.measure = 'occupation' and counted.footing = 'of_classified'
),
answers as (
    select user_groups.period_key, user_groups.segment_key, user_groups.group_number, answered.mapping_key as answer_key,
        sum(answered.weight) as weight
    from {{ ref('int_conversations_answered') }} as answered
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    inner join {{ ref('int_user_groups_numbered') }} as user_groups using (period_key, cluster_key)
    group by all
),
group_sums as (
    select answers.period_key, answers.segment_key, answers.group_number, cells.cell as onet_soc_code,
        sum(answers.weight * parts.part) as weight
    from answers
    inner join {{ ref('int_answers_counted_in_cells') }} as parts using (answer_key)
    inner join {{ ref('int_cells_numbered') }} as cells using (cell_key)
    where cells.measure = 'occupation'
    group by all
),
replicates as (
    select distinct period_key, segment_key, group_number from {{ ref('int_user_groups_numbered') }}
    union all
    select period_key, segment_key, 0 from described
)
select replicates.period_key, replicates.segment_key, replicates.group_number, listed.onet_soc_code,
    -- rounded: what is left of an occupation must tie at zero, not at the noise of a subtraction
    round(coalesce(totals.weight, 0) - coalesce(group_sums.weight, 0), 9) as weight
from replicates
inner join listed using (period_key, segment_key)
left join totals using (period_key, segment_key, onet_soc_code)
left join group_sums using (period_key, segment_key, group_number, onet_soc_code)
