"""Week by week: the shares of the largest occupation groups, and of automation.

Whether a trend may be claimed is dbt's (is_trend_claimed); where not, the weeks are not joined by a line.
"""

from typing import Any

import pandas as pd

from economic_index.publish.engine_changes import said_of_changes
from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, evidence_of, no_figure
from economic_index.publish.hidden import HIDDEN, hidden_by_week
from economic_index.publish.selection import SPECIAL_CELLS, rows_of_all, shares, with_point
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import cell_title, group_title

COLUMNS = [
    "week_start",
    "label",
    "usage_share",
    "usage_share_lo",
    "usage_share_hi",
    "n_conversations",
    "n_eff",
    "n_users",
]
DRAWN = ["week_start", "label", "usage_share", "usage_share_lo", "usage_share_hi", "is_break"]
DAY = "utcFormat(toDate(datum.value), '%-d %b')"
LINES = 4


def build(marts: ServedMarts) -> FigureResult:
    """Weekly shares of the four largest occupation groups."""
    return _trend(marts, "soc_group", LINES, "conversations with a task in the largest week")


def build_automation(marts: ServedMarts) -> FigureResult:
    """Weekly shares of automation among the five patterns."""
    return _trend(marts, "automation", 1, "conversations with a recognised pattern in the largest week")


def _trend(marts: ServedMarts, measure: str, lines: int, of: str) -> FigureResult:
    rows = _weeks(marts, measure)
    if rows.empty:
        return no_figure("No week has enough conversations to be shown.")
    order = ["Automation"] if measure == "automation" else _largest_groups(marts, rows, lines)
    rows = rows[rows["label"].isin(order)].sort_values(["week_start", "label"]).reset_index(drop=True)
    if rows.empty:
        return no_figure("No week has enough conversations to be shown.")
    rows = _with_breaks(marts, measure, rows)
    claimed = bool(rows["is_trend_claimed"].fillna(False).all())
    weeks = rows["week_start"].nunique()
    description = f"Weekly shares of {', '.join(order)} over {weeks} weeks" + (
        "" if claimed else "; no trend is claimed"
    )
    breaks = sorted(set(rows.loc[rows["is_break"], "week_start"]))
    said = (BREAK.format(weeks=", ".join(breaks)),) if breaks else ()
    caveats = (*(() if claimed else (NOT_CLAIMED,)), *said, *said_of_changes(marts, measure))
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    if breaks:
        table = table.assign(engine_changed=rows["is_break"])
    chart = _chart(with_point(rows)[DRAWN], order, claimed, description)
    return FigureResult(chart, "", table, evidence_of(rows, of), caveats, hidden_by_week(_hidden(marts, measure)))


NOT_CLAIMED = (
    "No trend is claimed: it needs at least eight weeks with dates of their own, and users who are known. "
    "The weeks are drawn as separate points."
)
BREAK_LABEL = "engine changed"
BREAK = (
    "A broken upright line marks the first week of another engine, model or task bank ({weeks}): "
    "shares on its two sides do not compare."
)


def _with_breaks(marts: ServedMarts, measure: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that are drawn, marked where the engine changed: in their week, or in one before that is not drawn."""
    every = rows_of_all(marts, "mart_trend", period="week")
    every = every[(every["measure"] == measure) & every["is_break"].fillna(False).astype(bool)]
    changed = {pd.Timestamp(day).date().isoformat() for day in every["period_start"]}
    drawn = sorted(set(rows["week_start"]))
    marked = {min(week for week in drawn if week >= day) for day in changed if day <= drawn[-1]}
    return rows.assign(is_break=rows["week_start"].isin(marked))


def _largest_groups(marts: ServedMarts, rows: pd.DataFrame, lines: int) -> list[str]:
    """The groups that are largest over all weeks, of those that some week shows."""
    groups = shares(marts, "mart_soc_groups", "soc_group")
    cells = zip(groups["soc_group"], groups["soc_group_title"], strict=True) if not groups.empty else ()
    titles = [group_title(str(code), str(title)) for code, title in cells]
    return [title for title in titles if title in set(rows["label"])][:lines]


def _weeks(marts: ServedMarts, measure: str) -> pd.DataFrame:
    rows = rows_of_all(marts, "mart_trend", period="week")
    if rows.empty:
        return rows
    wanted = (rows["measure"] == measure) & (rows["footing"] == "of_classified") & ~rows["cell"].isin(SPECIAL_CELLS)
    rows = rows[wanted & rows["usage_share_lo"].notna()]
    cells = zip(rows["cell"], rows["cell_label"], strict=True)
    labels = [cell_title(measure, str(cell), str(label)) for cell, label in cells]
    weeks = [pd.Timestamp(day).date().isoformat() for day in rows["period_start"]]
    return rows.assign(label=labels, week_start=weeks)


def _hidden(marts: ServedMarts, measure: str) -> pd.DataFrame:
    rows = rows_of_all(marts, "mart_trend", period="week")
    is_hidden = (rows["measure"] == measure) & (rows["footing"] == "of_classified") & (rows["cell"] == HIDDEN)
    return rows[is_hidden]


def _chart(rows: pd.DataFrame, order: list[str], claimed: bool, description: str) -> Any:
    import altair as alt

    series = list(theme.SERIES[: len(order)]) if len(order) > 1 else [theme.ORANGE]
    tones = alt.Scale(domain=order, range=series)
    years = "–".join(sorted({week[:4] for week in rows["week_start"]}))
    x = alt.X(
        "week_start:O", axis=alt.Axis(title=f"Week beginning, {years}", labelExpr=DAY, labelAngle=0, labelOverlap=True)
    )
    y = alt.Y("usage_share:Q", scale=alt.Scale(zero=True), axis=alt.Axis(format="%", title=None, tickCount=5))
    legend = alt.Legend(orient="top", title=None) if len(order) > 1 else None
    base = alt.Chart(rows).encode(x=x, color=alt.Color("label:N", scale=tones, sort=order, legend=legend))
    ends = {"y": alt.Y("usage_share_lo:Q"), "y2": "usage_share_hi:Q"}
    at_break = alt.Chart(rows[rows["is_break"]].drop_duplicates("week_start"))
    breaks = at_break.mark_rule(strokeDash=[4, 3], color=theme.MUTED).encode(x=x)
    named = at_break.mark_text(align="left", baseline="top", dx=4, color=theme.MUTED).encode(
        x=x, y=alt.value(0), text=alt.value(BREAK_LABEL)
    )
    if claimed:
        layers = [base.mark_area(opacity=0.18).encode(**ends), base.mark_line(strokeWidth=2).encode(y=y)]
    else:
        shifted = base.encode(xOffset=alt.XOffset("label:N", sort=order))
        dots = shifted.mark_point(filled=True, size=36, opacity=1).encode(y=y)
        layers = [shifted.mark_rule(strokeWidth=1.5, opacity=0.6).encode(**ends), dots]
    drawn = "Bands: 95% intervals." if claimed else "Points with 95% intervals; no trend is claimed."
    key = (f"Share of classified conversations. {drawn}",)
    return theme.themed(alt.layer(breaks, *layers, named), description, key, 300)
