-- two measures, never mixed: skills that the assistant showed, and skills that the assigned work needs
{{ share_rows('skills', 'shares.measure, shares.cell as skill') }}
union all
{{ share_rows('skills_needed', 'shares.measure, shares.cell as skill') }}
