{# Rows of int_evidence out of labels: cells, and the denominators of each table of the measure.
   `whole` says whether the weights of a conversation's cells sum to its own weight; if not (several skills),
   the denominators count the conversation once. #}
{% macro evidence_rows(labels, whole=true) %}
    select week_start, segment_key, cell_key, cluster_key,
        sum(weight) as weight_sum, sum(weight * weight) as weight_square_sum, count(*) as conversation_count
    from (
        select labels.week_start, labels.conversation_key, labels.cluster_key, labels.weight, cells.cell_key
        from {{ labels }} as labels
        inner join {{ ref('int_cells_numbered') }} as cells using (measure, parent_cell, cell)
        union all
        select labels.week_start, labels.conversation_key, labels.cluster_key,
            {{ 'sum(labels.weight)' if whole else 'any_value(conversations.weight)' }}, cells.cell_key
        from {{ labels }} as labels
        {% if not whole %}inner join {{ ref('int_conversations_labelled') }} as conversations using (conversation_key){% endif %}
        inner join {{ ref('int_cells_numbered') }} as cells
            on labels.measure = cells.measure and labels.parent_cell = cells.parent_cell
            and (cells.cell = '_all' or (cells.cell = '_classified' and not {{ is_special('labels.cell') }}))
        group by labels.week_start, labels.conversation_key, labels.cluster_key, cells.cell_key
    ) as added
    inner join {{ ref('int_conversations_cut_to_segments') }} using (conversation_key)
    group by week_start, segment_key, cell_key, cluster_key
{% endmacro %}
