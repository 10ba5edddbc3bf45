with cuts as (
    select 'all' as segment_type, 'all' as segment
    union all
    {% for segment_type in labelled_segment_types() %}
    select '{{ segment_type }}', {{ segment_type }} from {{ ref('int_conversations_labelled') }} group by {{ segment_type }}
    union all
    {% endfor %}
    select segment_type, segment from {{ ref('stg_lake__segments') }} group by segment_type, segment
    union all
    select segment_type, '(unknown)' from {{ ref('stg_lake__segments') }} group by segment_type
    union all
    select 'published', segment from {{ ref('int_published_segments_listed') }}
),
distinct_cuts as (
    select distinct segment_type, segment from cuts
)
-- a cut into one piece only repeats `all`
select
    segment_type,
    segment,
    cast(row_number() over (order by segment_type <> 'all', segment_type, segment) as integer) as segment_key
from distinct_cuts
qualify segment_type in ('all', 'published') or count(*) over (partition by segment_type) > 1
