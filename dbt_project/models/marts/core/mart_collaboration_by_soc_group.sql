with shares as (
    {{ share_rows('collaboration_by_soc_group', 'shares.parent_cell as soc_group, shares.cell as collaboration') }}
)
select
    shares.period_type, shares.period_start, shares.segment_type, shares.segment, shares.footing,
    shares.soc_group,
    groups.soc_group_title,
    shares.collaboration,
    {{ share_columns('shares') }}
from shares
left join {{ ref('dim_soc_groups') }} as groups using (soc_group)
