with shares as (
    {{ share_rows('soc_group', 'shares.cell as soc_group') }}
)
select
    shares.period_type, shares.period_start, shares.segment_type, shares.segment, shares.footing,
    shares.soc_group,
    coalesce(groups.soc_group_title, shares.soc_group) as soc_group_title,
    groups.employment_share,
    'employment, OEWS May {{ var("labour_market_year") }}' as baseline,
    -- the baseline is fixed: the interval is the share's alone (method 5.3)
    shares.usage_share / groups.employment_share as representation_ratio,
    shares.usage_share_lo / groups.employment_share as representation_ratio_lo,
    shares.usage_share_hi / groups.employment_share as representation_ratio_hi,
    {{ share_columns('shares') }}
from shares
left join {{ ref('dim_soc_groups') }} as groups using (soc_group)
