{{ config(materialized='view') }}
-- one row: what is in this home, before the floor
with conversations as (
    select
        count(*) as conversations,
        count(distinct user_id) as users,
        coalesce(bool_or(is_user_assigned), false) as is_user_assigned,
        min(week_start) as first_week,
        max(week_start) as last_week
    from {{ ref('stg_lake__conversations') }}
),
answers as (
    select
        string_agg(distinct engine, ', ' order by engine) as engine,
        string_agg(distinct model, ', ' order by model) as model,
        string_agg(distinct model_hash, ', ' order by model_hash) as model_hash
    from {{ ref('stg_lake__facet_summaries') }}
)
select
    conversations.conversations,
    conversations.users,
    conversations.is_user_assigned,
    conversations.first_week,
    conversations.last_week,
    (select string_agg(source, ', ' order by source) from {{ ref('stg_lake__sources') }}) as sources,
    (select count(*) from {{ ref('stg_lake__conversations_rejected') }}) as rejected_records,
    answers.engine,
    answers.model,
    answers.model_hash
from conversations
cross join answers
