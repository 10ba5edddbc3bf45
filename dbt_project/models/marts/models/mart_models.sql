with periods as (
    select period_key, period_type, period_start from {{ ref('int_periods_listed') }}
),
models as (
    select segment_key, segment as model from {{ ref('int_segments_numbered') }} where segment_type = 'model'
),
described as (
    select period_key, segment_key, engine from {{ ref('int_segments_described') }}
)
select
    periods.period_type, periods.period_start, 'all' as segment_type, 'all' as segment,
    pairs.cell as soc_group,
    coalesce(groups.soc_group_title, pairs.cell) as soc_group_title,
    model_a.model as model_a, model_b.model as model_b,
    pairs.share_a, pairs.share_b,
    pairs.share_difference, pairs.share_difference_lo, pairs.share_difference_hi,
    pairs.correlation as user_correlation,
    pairs.n_a, pairs.n_b,
    case when described_a.engine = described_b.engine then described_a.engine else 'mixed' end as engine
from {{ ref('int_differences_computed') }} as pairs
inner join periods on pairs.period_key_a = periods.period_key
inner join models as model_a on pairs.segment_key_a = model_a.segment_key
inner join models as model_b on pairs.segment_key_b = model_b.segment_key
inner join described as described_a
    on pairs.period_key_a = described_a.period_key and pairs.segment_key_a = described_a.segment_key
inner join described as described_b
    on pairs.period_key_b = described_b.period_key and pairs.segment_key_b = described_b.segment_key
left join {{ ref('dim_soc_groups') }} as groups on pairs.cell = groups.soc_group
where pairs.comparison = 'models'
