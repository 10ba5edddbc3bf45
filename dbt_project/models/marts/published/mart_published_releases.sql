select listed.segment, listed.release, listed.platform, listed.window_start, listed.onet_version,
    counted.task_cell_count, counted.joined_row_count, counted.used_occupation_count, counted.conversation_count,
    counted.smallest_cell, counted.pattern_conversation_count
from {{ ref('int_published_segments_listed') }} as listed
inner join {{ ref('int_published_releases_counted') }} as counted using (segment)
