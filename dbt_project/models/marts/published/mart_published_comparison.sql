with ranked as (
    select *,
        row_number() over (
            partition by release, platform, deff_choice order by distance desc nulls last, measure, cell
        ) as distance_rank,
        count(*) over (partition by release, platform, deff_choice) as comparison_count
    from {{ ref('int_published_differences_computed') }}
),
judged as (  -- Holm over the page: the k-th farthest has to pass at 0.05 / (K - k + 1), and all before it as well
    select *, bool_and(coalesce(
            distance > {{ normal_quantile('0.025 / (comparison_count - distance_rank + 1)') }}, false
        )) over (partition by release, platform, deff_choice order by distance_rank) as is_told
    from ranked
),
verdicts as (
    select *,
        case when not is_told then 'cannot tell' when share_difference > 0 then 'above' else 'below' end as verdict
    from judged
),
other_choices as (
    select release, platform, measure, cell,
        any_value(verdict) filter (where deff_choice = '1') as verdict_at_deff_1,
        any_value(verdict) filter (where deff_choice = '10') as verdict_at_deff_10
    from verdicts
    group by release, platform, measure, cell
)
select
    verdicts.measure, verdicts.cell,
    {{ cell_label('verdicts.cell', 'groups.soc_group_title') }} as cell_label,
    verdicts.usage_share, verdicts.usage_share_lo, verdicts.usage_share_hi,
    verdicts.published_share, verdicts.release, verdicts.platform,
    verdicts.share_difference, verdicts.share_difference_lo, verdicts.share_difference_hi,
    verdicts.verdict, other_choices.verdict_at_deff_1, other_choices.verdict_at_deff_10,
    verdicts.own_deff as published_deff,
    verdicts.n_conversations, verdicts.n_published
from verdicts
inner join other_choices using (release, platform, measure, cell)
left join {{ ref('dim_soc_groups') }} as groups on verdicts.measure = 'soc_group' and verdicts.cell = groups.soc_group
where verdicts.deff_choice = 'ours'
