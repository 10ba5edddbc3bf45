-- one row per period, facet, label and coder: the step of the ladder that its evidence reaches (method 5.5)
with shown as (
    select shares.period_key, shares.measure as facet, shares.cell as label
    from {{ ref('int_shares') }} as shares
    inner join {{ ref('int_periods_listed') }} as periods using (period_key)
    where periods.period_type in ('all', 'month') and shares.segment_key = 1 and shares.footing = 'of_all'
        and shares.measure in ({{ quoted(reviewed_facets() + ['automation']) }})
        and (
            not {{ is_special('shares.cell') }}
            or shares.cell = case when shares.measure in ('collaboration', 'automation') then '_none'
                when shares.measure = 'soc_group' then '_not_occupational' end
        )
),
corrected as (
    select listed.period_key, listed.facet, listed.coder, shares.label, listed.correction_key, listed.is_pooled,
        listed.n_reviews, shares.n_label_reviews
    from {{ ref('int_shares_corrected') }} as shares
    inner join {{ ref('int_corrections_listed') }} as listed using (correction_key)
),
labels as (
    select period_key, facet, label from shown
    union
    select period_key, facet, label from corrected
),
coders as (
    select periods.period_key, reviews.facet, reviews.coder, count(*) as n_reviews
    from {{ ref('int_conversations_reviewed') }} as reviews
    inner join {{ ref('int_periods_numbered') }} as periods using (week_start)
    where periods.period_type in ('all', 'month')
    group by periods.period_key, reviews.facet, reviews.coder
    union all
    select distinct period_key, facet, coder, 0 from corrected
),
reviewers as (
    select period_key, facet, coder, max(n_reviews)::bigint as n_reviews from coders group by period_key, facet, coder
),
best as (
    select * from corrected where n_label_reviews >= 10
    qualify row_number() over (partition by period_key, facet, coder, label order by is_pooled) = 1
)
select labels.period_key, labels.facet, labels.label, coalesce(reviewers.coder, 'none') as coder,
    best.correction_key,
    coalesce(best.n_reviews, reviewers.n_reviews, 0) as n_reviews,
    case
        when best.is_pooled then 'post-stratified, pooled over twelve weeks'
        when best.correction_key is not null then 'post-stratified'
        when bounded.bound_lo is not null then 'benchmark error rates assumed'
        else 'classifier error unknown'
    end as correction_method,
    shown.label is not null as is_shown_uncorrected
from labels
left join reviewers using (period_key, facet)
left join best
    on labels.period_key = best.period_key and labels.facet = best.facet and labels.label = best.label
    and reviewers.coder = best.coder
left join {{ ref('int_shares_bounded') }} as bounded
    on labels.period_key = bounded.period_key and labels.facet = bounded.facet and labels.label = bounded.label
left join shown on labels.period_key = shown.period_key and labels.facet = shown.facet and labels.label = shown.label
