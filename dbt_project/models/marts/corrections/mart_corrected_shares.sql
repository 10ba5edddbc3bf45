-- shares as reviews correct them, and as the engine's labels give them, of all conversations
with targets as (
    select labels.*, unnest(['process', 'these_logs']) as interval_target
    from {{ ref('int_corrections_suppressed') }} as labels
),
figures as (
    select targets.period_key, targets.facet, targets.label, targets.coder, targets.interval_target, targets.frame,
        targets.n_reviews, targets.n_conversations, targets.is_suppressed, targets.correction_method,
        first.* exclude (correction_key, label, interval_target, n_conversations),
        second.second_share, second.second_share_lo, second.second_share_hi,
        shares.n_label_reviews,
        raw.share as uncorrected_share,
        -- the engine's labels are the same in the same logs: their error is what is unknown
        case targets.interval_target when 'process' then raw.share_lo end as uncorrected_share_lo,
        case targets.interval_target when 'process' then raw.share_hi end as uncorrected_share_hi,
        case when targets.correction_method = 'benchmark error rates assumed' then bounded.bound_lo end as bound_lo,
        case when targets.correction_method = 'benchmark error rates assumed' then bounded.bound_hi end as bound_hi
    from targets
    left join {{ ref('int_corrected_intervals_computed') }} as first using (correction_key, label, interval_target)
    left join {{ ref('int_regressed_intervals_computed') }} as second using (correction_key, label, interval_target)
    left join {{ ref('int_shares_corrected') }} as shares using (correction_key, label)
    left join {{ ref('int_shares_bounded') }} as bounded
        on targets.period_key = bounded.period_key and targets.facet = bounded.facet and targets.label = bounded.label
    left join {{ ref('int_shares') }} as raw
        on targets.period_key = raw.period_key and raw.segment_key = 1 and raw.footing = 'of_all' and raw.parent_cell = ''
        and targets.facet = raw.measure and targets.label = raw.cell
)
select periods.period_type, periods.period_start, segments.segment_type, segments.segment,
    figures.facet, figures.label, figures.coder, figures.interval_target,
    {% for column in ['corrected_share', 'second_share', 'second_share_lo', 'second_share_hi'] %}
    case when not figures.is_suppressed then figures.{{ column }} end as {{ column }},
    {% endfor %}
    case when not figures.is_suppressed then coalesce(figures.corrected_share_lo, figures.bound_lo) end as corrected_share_lo,
    case when not figures.is_suppressed then coalesce(figures.corrected_share_hi, figures.bound_hi) end as corrected_share_hi,
    figures.uncorrected_share, figures.uncorrected_share_lo, figures.uncorrected_share_hi,
    figures.n_reviews,
    {% for column in ['n_label_reviews', 'n_eff', 'df', 'sampling_variance', 'variance', 'reviews_wanted'] %}
    case when not figures.is_suppressed then figures.{{ column }} end as {{ column }},
    {% endfor %}
    case when not figures.is_suppressed then figures.review_variance_of_target end as review_variance,
    {{ var('wanted_half_width') }}::double as wanted_half_width,
    case
        when figures.is_suppressed or figures.corrected_share is null then null
        when figures.reviews_wanted is null then 'not by review'
        when figures.reviews_wanted <= figures.n_reviews then 'reached'
        else 'by review'
    end as wanted_by,
    figures.frame,
    figures.correction_method || case
        when figures.corrected_share is null then ''
        when not figures.has_interval then ', one user'
        when figures.n_eff is null then ', end by its variance'
        else ', Wilson'
    end as interval_method,
    described.cluster_unit, described.floor, figures.is_suppressed,
    case
        when figures.is_suppressed then 'suppressed'
        when figures.corrected_share is null then 'uncorrected'
        else {{ presentation('coalesce(figures.n_eff, figures.n_reviews)', 'figures.df', 'figures.corrected_share_lo',
            'figures.corrected_share_hi', 'figures.corrected_share') }}
    end as presentation,
    described.engine, described.onet_version
from figures
inner join {{ ref('int_periods_listed') }} as periods using (period_key)
inner join {{ ref('int_segments_numbered') }} as segments on segments.segment_key = 1
inner join {{ ref('int_segments_described') }} as described
    on figures.period_key = described.period_key and described.segment_key = 1
