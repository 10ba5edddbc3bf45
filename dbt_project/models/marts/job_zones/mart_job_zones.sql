with shares as (
    {{ share_rows('job_zone', 'shares.cell as job_zone, shares.variance, shares.t') }}
),
baselines as (
    select onet_version, job_zone, baseline, baseline_share, baseline_rse
    from {{ ref('int_job_zone_baselines_computed') }}
),
rows_per_baseline as (  -- special cells too, so that the table of each baseline adds up
    select shares.*, names.baseline, baselines.baseline_share, baselines.baseline_rse,
        -- zones are set against zones: a ratio has its sense among classified work only
        shares.footing = 'of_classified' and not shares.is_suppressed as has_ratio
    from shares
    cross join (select distinct baseline from baselines) as names
    left join baselines
        on names.baseline = baselines.baseline
        and shares.onet_version = baselines.onet_version and shares.job_zone = baselines.job_zone
),
ratios as (
    select *,
        case when has_ratio then usage_share / baseline_share end as representation_ratio,
        -- error of the share and of the baseline, on the log scale (method 5.3)
        t * sqrt(variance / pow(usage_share, 2) + pow(baseline_rse, 2)) as log_half_width
    from rows_per_baseline
)
select
    period_type, period_start, segment_type, segment, footing,
    job_zone, baseline, baseline_share,
    representation_ratio,
    case
        when not has_ratio then null
        when baseline_rse > 0 and usage_share_lo is not null then representation_ratio * exp(-log_half_width)
        else usage_share_lo / baseline_share
    end as representation_ratio_lo,
    case
        when not has_ratio then null
        when baseline_rse > 0 and usage_share_hi is not null then representation_ratio * exp(log_half_width)
        else usage_share_hi / baseline_share
    end as representation_ratio_hi,
    {{ share_columns('ratios') }}
from ratios
