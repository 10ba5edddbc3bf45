-- use of each occupation over the workers, and over the wages, of its six-digit codes in each survey year
with shares as (
    {{ share_rows('occupation', 'shares.cell as onet_soc_code, shares.period_key, shares.segment_key, shares.variance, shares.t') }}
),
titles as (
    select onet_soc_code, min(title) as title
    from {{ ref('dim_occupations') }}
    group by onet_soc_code
)
select
    shares.period_type, shares.period_start, shares.segment_type, shares.segment,
    shares.onet_soc_code,
    coalesce(titles.title, shares.onet_soc_code) as title,
    baselines.baseline, baselines.baseline_year, baselines.baseline_size, baselines.baseline_share, baselines.baseline_rse,
    baselines.is_baseline_shared, baselines.is_top_coded,
    shares.usage_share / baselines.baseline_share as representation_ratio,
    {{ ratio_end('shares.usage_share', 'shares.usage_share_lo', 'shares.variance', 'shares.t', 'baselines.baseline_share',
        'baselines.baseline_rse', lower=true) }} as representation_ratio_lo,
    {{ ratio_end('shares.usage_share', 'shares.usage_share_hi', 'shares.variance', 'shares.t', 'baselines.baseline_share',
        'baselines.baseline_rse', lower=false) }} as representation_ratio_hi,
    {{ share_columns('shares') }}
from shares
inner join {{ ref('int_occupation_baselines_computed') }} as baselines
    on shares.onet_version = baselines.onet_version and shares.onet_soc_code = baselines.onet_soc_code
left join titles on shares.onet_soc_code = titles.onet_soc_code
-- some hundred occupations by six baselines: the whole time and the published windows are enough
where shares.footing = 'of_classified' and shares.period_type in ('all', 'window') and baselines.baseline_share > 0
