"""The figures of the report, in reading order.

Altair and the SVG writer are imported only when a figure is drawn: loading this list must stay cheap.
"""

from economic_index.publish.figures import (
    baselines,
    corrected,
    depth,
    depth_compared,
    employment,
    exposure,
    groups,
    job_zones,
    mix,
    models,
    parts,
    patterns,
    published,
    skills,
    trend,
    wages,
)
from economic_index.publish.figures.figure import Figure, FigureResult, no_figure
from economic_index.publish.figures.theme import to_svg

FIGURES = (
    Figure("figure_groups", "Which work: the largest occupation groups and their tasks", groups.build),
    Figure("figure_employment", "Use against employment", employment.build),
    Figure("figure_baselines", "One share, many baselines", baselines.build),
    Figure("figure_patterns", "Delegating or working together", patterns.build),
    Figure("figure_automation_by_group", "Delegating, by occupation group", patterns.build_by_group),
    Figure("figure_parts", "Delegating, part by part", parts.build),
    Figure("figure_corrected", "Corrected and uncorrected", corrected.build),
    Figure("figure_trend", "Week by week: the largest groups", trend.build),
    Figure("figure_trend_automation", "Week by week: delegating", trend.build_automation),
    Figure("figure_published", "Beside the published index", published.build),
    Figure("figure_mix", "Other tasks, or other habits", mix.build),
    Figure("figure_depth", "How deep into each occupation", depth.build),
    Figure("figure_depth_compared", "Depth at equal numbers of conversations", depth_compared.build),
    Figure("figure_skills", "Skills that the work needs", skills.build),
    Figure("figure_wages", "Wages and use", wages.build),
    Figure("figure_exposure", "Use and exposure", exposure.build),
    Figure("figure_job_zones", "How much preparation the work asks for", job_zones.build),
    Figure("figure_models", "Model against model", models.build),
)

__all__ = ["FIGURES", "Figure", "FigureResult", "no_figure", "to_svg"]
