select onet_version, task_count, statement_count, occupation_count, surviving_task_count, reworded_task_count
from {{ ref('int_taxonomies_counted') }}
