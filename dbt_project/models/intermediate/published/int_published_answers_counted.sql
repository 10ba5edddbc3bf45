-- published cells as answers: each stands for its conversations, and for no user
select periods.period_key, segments.segment_key,
    case cells.facet
        when 'onet_task' then tasks.mapping_key
        when 'collaboration' then facets.facets_key
        else patterns.patterns_key
    end as answer_key,
    cells.conversation_count::double as weight, cells.conversation_count
from {{ ref('int_published_cells_listed') }} as cells
inner join {{ ref('int_published_segments_listed') }} as listed using (segment)
inner join {{ ref('int_segments_numbered') }} as segments
    on segments.segment_type = 'published' and cells.segment = segments.segment
inner join {{ ref('int_periods_listed') }} as periods
    on periods.period_type = 'window' and listed.window_start = periods.period_start
left join {{ ref('int_published_tasks_numbered') }} as tasks
    on cells.onet_version = tasks.onet_version and cells.statement = tasks.statement
left join {{ ref('int_patterns_numbered') }} as patterns
    on tasks.mapping_key = patterns.mapping_key and cells.collaboration = patterns.collaboration
left join {{ ref('int_facets_numbered') }} as facets
    on facets.use_case is null and cells.collaboration = facets.collaboration
