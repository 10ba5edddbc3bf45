-- activities of an occupation's statements: one used statement uses all of its activities
with listed as (
    select distinct listings.onet_version, listings.onet_soc_code,
        unnest(['dwa', 'iwa']) as activity_level, unnest([split.dwa_id, split.iwa_id]) as activity_id
    from {{ ref('int_statements_listed_by_occupation') }} as listings
    inner join {{ ref('int_statements_split_to_activities') }} as split using (onet_version, statement_hash)
)
select onet_version, onet_soc_code, activity_level, activity_id from listed
