{# A data test: the periods of a type and the segments of a type share out every conversation that came in, whatever is
   asked: none is lost, none counted twice. #}
{% test accounts_for_all(model) %}
    select counted.*
    from (
        select period_type, segment_type, measure, sum(conversations) as conversations, sum(weight) as weight
        from {{ model }}
        group by period_type, segment_type, measure
    ) as counted
    cross join (select count(*) as conversations, sum(weight) as weight from {{ ref('fct_conversations') }}) as came_in
    where counted.conversations <> came_in.conversations
        or abs(counted.weight - came_in.weight) > 1e-9 * came_in.weight
{% endtest %}
