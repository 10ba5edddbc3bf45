{# A data test: shares corrected by the same reviews add up to one, where none is hidden or rests on other evidence. #}
{% test parts_of_one(model) %}
    select period_type, period_start, facet, coder, interval_target, sum(corrected_share) as total
    from {{ model }}
    group by period_type, period_start, facet, coder, interval_target
    having count(corrected_share) = count(*) and count(distinct (n_reviews, interval_method like '%pooled%')) = 1
        and abs(total - 1) > 1e-9
{% endtest %}
