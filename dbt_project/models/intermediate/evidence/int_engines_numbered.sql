select engine, cast(row_number() over (order by engine) as integer) as engine_key
from (select distinct engine from {{ ref('int_conversations_labelled') }}) as engines
