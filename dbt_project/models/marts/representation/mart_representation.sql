-- use of each SOC group over each baseline by name: more than one is more use than the baseline would give
with shares as (
    {{ share_rows('soc_group', 'shares.cell as soc_group, shares.period_key, shares.segment_key, shares.variance, shares.t') }}
),
used as (
    select period_key, segment_key, soc_group, sum(used_task_count)::double as size
    from {{ ref('int_used_task_rows_counted') }}
    group by period_key, segment_key, soc_group
),
baselines as (
    select described.period_key, described.segment_key, listed.soc_group, listed.baseline, listed.baseline_year,
        listed.baseline_size, listed.baseline_share, listed.baseline_rse
    from {{ ref('int_segments_described') }} as described
    inner join {{ ref('int_soc_group_baselines_computed') }} as listed using (onet_version)
    union all
    select period_key, segment_key, soc_group, 'used task rows', null, size,
        size / sum(size) over (partition by period_key, segment_key), 0
    from used
)
select
    shares.period_type, shares.period_start, shares.segment_type, shares.segment,
    shares.soc_group,
    groups.soc_group_title,
    baselines.baseline, baselines.baseline_year, baselines.baseline_size, baselines.baseline_share, baselines.baseline_rse,
    shares.usage_share / baselines.baseline_share as representation_ratio,
    {{ ratio_end('shares.usage_share', 'shares.usage_share_lo', 'shares.variance', 'shares.t', 'baselines.baseline_share',
        'baselines.baseline_rse', lower=true) }} as representation_ratio_lo,
    {{ ratio_end('shares.usage_share', 'shares.usage_share_hi', 'shares.variance', 'shares.t', 'baselines.baseline_share',
        'baselines.baseline_rse', lower=false) }} as representation_ratio_hi,
    {{ share_columns('shares') }}
from shares
inner join baselines using (period_key, segment_key, soc_group)
left join {{ ref('dim_soc_groups') }} as groups using (soc_group)
-- groups are set against groups, among classified work; a week is too short for one
where shares.footing = 'of_classified' and shares.period_type <> 'week' and baselines.baseline_share > 0
