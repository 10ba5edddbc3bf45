select soc_taxonomy, onet_soc_code, title, soc_group
from {{ ref('stg_reference__occupations') }}
