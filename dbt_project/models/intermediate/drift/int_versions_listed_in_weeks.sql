-- one row per week and measure that anything was answered of: who answered, in words; several are listed
with answers as (
    {% for measure, facet in [('use_case', 'use_case'), ('collaboration', 'collaboration'), ('automation', 'collaboration'),
        ('intent', 'intent'), ('is_occupational', 'is_occupational')] %}
    select week_start, '{{ measure }}' as measure, concat_ws(' ', engine, model, model_hash, {{ facet }}_version) as version
    from {{ ref('stg_lake__facet_summaries') }}
    where {{ facet }}_state = 'answered'
    union all
    {% endfor %}
    select week_start, 'soc_group', concat_ws(' ', engine, model, model_hash, version, 'O*NET ' || onet_version)
    from {{ ref('stg_lake__onet_task_mappings') }}
    where state = 'answered'
)
select week_start, measure,
    string_agg(distinct version, ', ' order by version) as version,
    count(distinct version)::bigint as version_count
from answers
group by week_start, measure
