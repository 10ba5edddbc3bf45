-- which corrected shares are hidden: those that stand for fewer conversations than the floor, or that rest on too few
-- people's; a hidden one is never alone, so that none can be had by subtraction (method 3.5)
with labels as (
    select chosen.*, shares.corrected_share, shares.n_label_users, listed.frame, weighed.n_conversations,
        case
            when chosen.correction_key is null then not chosen.is_shown_uncorrected
            else (shares.corrected_share > 1e-12
                and shares.corrected_share * weighed.n_conversations < floors.floor_conversations)
                or (not chosen.is_shown_uncorrected and shares.n_label_users < floors.floor_users)
        end as is_below
    from {{ ref('int_corrections_chosen') }} as chosen
    left join {{ ref('int_shares_corrected') }} as shares using (correction_key, label)
    left join {{ ref('int_corrections_listed') }} as listed using (correction_key)
    left join {{ ref('int_users_weighed_in_periods') }} as weighed
        on chosen.period_key = weighed.period_key and chosen.facet = weighed.facet
    cross join {{ ref('int_floors_chosen') }} as floors
),
ranked as (
    select *,
        count(*) filter (where is_below and correction_key is not null) over of_table as below_count,
        row_number() over (
            partition by period_key, facet, coder, correction_key is null or is_below order by corrected_share, label
        ) as size_rank
    from labels
    window of_table as (partition by period_key, facet, coder)
)
select period_key, facet, label, coder, correction_key, n_reviews, correction_method, frame, n_conversations,
    is_below or (below_count = 1 and correction_key is not null and size_rank = 1) as is_suppressed
from ranked
