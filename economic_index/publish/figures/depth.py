"""Depth: in how many occupations at least so much of the tasks is done with the assistant.

Whether a task counts as used is dbt's (the floor, before the split to occupations).
"""

from typing import Any

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, no_figure
from economic_index.publish.numerals import count, percent
from economic_index.publish.selection import rows_of_all
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import engine_title

COLUMNS = ["threshold", "occupation_share", "occupations_at_least", "occupation_count", "n_conversations"]


def build(marts: ServedMarts) -> FigureResult:
    """Step line of the share of occupations at or above each depth."""
    rows = rows_of_all(marts, "mart_depth_cdf")
    rows = rows[rows["threshold"] > 0].sort_values("threshold") if not rows.empty else rows
    if rows.empty or not (rows["occupation_share"] > 0).any():
        return no_figure("No task of any occupation reaches the floor, so depth cannot be told.")
    quarter = rows.iloc[int((rows["threshold"] - 0.25).abs().to_numpy().argmin())]
    description = (
        f"Share of occupations with at least a given share of their tasks used; at a quarter of the tasks: "
        f"{percent(float(quarter['occupation_share']))} of {count(float(quarter['occupation_count']))} occupations."
    )
    reach = "is_within_bank_reach" in rows.columns and bool(rows["is_within_bank_reach"].fillna(False).any())
    caveats = (
        "No interval: the occupations are all there are, and depth grows with the number of conversations. "
        "It must not be compared with figures from more or fewer conversations.",
        *((WITHIN_REACH,) if reach else ()),
        "How finely O*NET writes an occupation (8 to 40 tasks) sets its depth.",
    )
    n, engine = count(float(rows["n_conversations"].max())), engine_title(str(rows["engine"].iloc[0]))
    caption = f"n = {n} conversations, {count(float(rows['occupation_count'].max()))} occupations; engine: {engine}."
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    return FigureResult(
        _chart(rows[["threshold", "occupation_share"]], description, reach), "", table, caption, caveats
    )


WITHIN_REACH = (
    "Within the bank’s reach: the local engine can show use only of tasks that have an entry of their own in its bank."
)


def _chart(rows: pd.DataFrame, description: str, reach: bool) -> Any:
    import altair as alt

    marked = rows[rows["threshold"].round(2).isin([0.1, 0.25, 0.5, 0.75]) & rows["occupation_share"].gt(0)]
    labels = marked.assign(printed=[percent(share) for share in marked["occupation_share"]])
    x = alt.X(
        "threshold:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", title="At least this share of an occupation’s tasks", grid=False),
    )
    y = alt.Y("occupation_share:Q", axis=alt.Axis(format="%", title=None, tickCount=5))
    base = alt.Chart(rows).encode(x=x, y=y)
    line = base.mark_line(interpolate="step-before", color=theme.BLUE, strokeWidth=2)
    dots = alt.Chart(labels).mark_point(filled=True, color=theme.BLUE, size=50, opacity=1).encode(x=x, y=y)
    text = alt.Chart(labels).mark_text(align="left", dx=6, dy=-8, fontSize=12, color=theme.INK)
    within = ", within the bank’s reach." if reach else "."
    key = (f"Share of occupations in which at least so much of the tasks is used{within}",)
    return theme.themed(alt.layer(line, dots, text.encode(x=x, y=y, text="printed:N")), description, key, 320)
