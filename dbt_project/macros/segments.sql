{# Segment types that a conversation has of its own, by the column of int_conversations_labelled that names the segment. #}
{% macro labelled_segment_types() %}
    {{ return(['product', 'model', 'source', 'surface']) }}
{% endmacro %}

{# A segment type that came with people's attributes, as rows of lake/segments. #}
{% macro is_brought(segment_type) %}{{ segment_type }} not in ({{ quoted(['all', 'published'] + labelled_segment_types()) }}){% endmacro %}

{# Too much of a cell is one person's, or two people's (method 3.5). #}
{% macro is_mostly_one_persons(largest, two_largest, whole) -%}
    ({{ largest }} > {{ whole }} * {{ var('largest_user_share') }} or {{ two_largest }} > {{ whole }} * 0.9)
{%- endmacro %}
