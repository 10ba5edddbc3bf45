{{ evidence_rows(ref('int_labels_listed')) }}
union all
{{ evidence_rows(ref('int_skills_listed'), whole=false) }}
