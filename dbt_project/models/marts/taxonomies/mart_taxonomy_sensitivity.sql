-- how far the share of each group that may be shown moves with the rule for shared statements and with O*NET's vintage
with shown as (
    {{ share_rows('soc_group', 'shares.cell as soc_group, shares.period_key, shares.segment_key') }}
),
defaults as (
    select period_key, segment_key, soc_group, share
    from {{ ref('int_groups_computed_by_rules') }}
    where rule = 'equal split' and onet_version = own_version
)
select
    shown.period_type, shown.period_start, shown.segment_type, shown.segment, shown.soc_group, groups.soc_group_title,
    ruled.rule, ruled.onet_version, ruled.onet_version = ruled.own_version as is_own_version,
    ruled.share as usage_share,
    ruled.share - defaults.share as difference_from_default,
    ruled.credited_share, ruled.surviving_share,
    -- the interval is that of the default share: rules and vintages are choices, not draws
    shown.usage_share_lo as default_share_lo, shown.usage_share_hi as default_share_hi,
    shown.n_conversations, shown.n_users, shown.floor, shown.engine
from shown
inner join {{ ref('int_groups_computed_by_rules') }} as ruled using (period_key, segment_key, soc_group)
inner join defaults using (period_key, segment_key, soc_group)
left join {{ ref('dim_soc_groups') }} as groups using (soc_group)
where shown.footing = 'of_classified' and shown.period_type in ('all', 'window')
