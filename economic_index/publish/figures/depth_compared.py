"""Depth at equal numbers of conversations: these logs and the published releases, each drawn down to the same sizes.

What a draw is expected to show is dbt's (hypergeometric, the floor applied to the draw).
"""

from typing import Any

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, no_figure
from economic_index.publish.numerals import count, percent
from economic_index.publish.selection import with_numbers
from economic_index.publish.served import ServedMarts

COLUMNS = ["label", "draw_size", "occupation_share", "share_lo", "share_hi", "n_conversations", "n_users"]
DRAWN = ["label", "draw_size", "occupation_share", "share_lo", "share_hi"]
OURS, FLOOR = "These logs", 15
HEIGHT, LINE_OF_PRINT, ROOM_FOR_NAMES = 320, 14, 2.2
CAVEATS = (
    "Depth grows with the number of conversations: only shares at one size can be compared. Each line ends where its "
    "conversations do, and is never drawn beyond.",
    "The floor of 15 conversations is applied to every draw; floors on users are left out on both sides.",
    "A task that the engine mistakes for another looks used: errors make depth larger, more so in small logs.",
)


def build(marts: ServedMarts) -> FigureResult:
    """A line for these logs and one for each published release of Claude.ai; x is logarithmic."""
    rows = with_numbers(marts.mart("mart_depth_rarefied"))
    rows = _rows(rows) if not rows.empty else rows
    if rows.empty or not (rows.loc[rows["label"] == OURS, "occupation_share"] > 0).any():
        return no_figure("These logs have too few conversations for depth to be compared at an equal number.")
    ours = rows[rows["label"] == OURS].iloc[-1]
    at = rows[(rows["draw_size"] == ours["draw_size"]) & (rows["label"] != OURS)]
    beside = f" against {percent(float(at['occupation_share'].iloc[-1]))} in the newest release" if len(at) else ""
    description = (
        f"Share of occupations with a quarter of their tasks used, by conversations drawn: at "
        f"{count(float(ours['draw_size']))}, {percent(float(ours['occupation_share']))} here{beside}."
    )
    caption = (
        f"n = {count(float(ours['n_conversations']))} conversations of these logs; published: Anthropic Economic Index."
    )
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    return FigureResult(_chart(rows[DRAWN], description), "", table, caption, CAVEATS)


def _rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Draws of conversations, of everybody and of each release of Claude.ai, largest last."""
    is_ours = (rows["segment_type"] == "all") & (rows["period_type"] == "all")
    is_theirs = (rows["segment_type"] == "published") & rows["segment"].astype(str).str.endswith("claude_ai")
    drawn = (rows["method"] == "conversations") & (rows["draw_floor"] == FLOOR) & (rows["statistic"] == "at_least_25")
    rows = rows[drawn & (is_ours | is_theirs)]
    names = rows["segment"].astype(str).str.removesuffix(" claude_ai")
    labels = names.where(rows["segment_type"] == "published", OURS)
    renamed = rows.rename(columns={"value": "occupation_share", "value_lo": "share_lo", "value_hi": "share_hi"})
    return renamed.assign(label=labels).sort_values(["label", "draw_size"]).reset_index(drop=True)


def _chart(rows: pd.DataFrame, description: str) -> Any:
    import altair as alt

    ours, theirs = rows[rows["label"] == OURS], rows[rows["label"] != OURS]
    title = "Conversations drawn"
    sizes = [float(rows["draw_size"].min()), ROOM_FOR_NAMES * float(rows["draw_size"].max())]
    x = alt.X(
        "draw_size:Q",
        scale=alt.Scale(type="log", domain=sizes, nice=False),
        axis=alt.Axis(format="~s", title=title, grid=False),
    )
    y = alt.Y("occupation_share:Q", axis=alt.Axis(format="%", title=None, tickCount=5))
    published = alt.Chart(theirs).encode(x=x, y=y, detail="label:N").mark_line(color=theme.MUTED, strokeWidth=1.2)
    last = _apart(theirs.groupby("label").tail(1), HEIGHT)
    named = alt.Chart(last).mark_text(align="left", dx=6, fontSize=11, color=theme.MUTED)
    names = named.encode(x=x, y=alt.Y("named_at:Q"), text="label:N")
    base = alt.Chart(ours).encode(x=x, y=y)
    band = alt.Chart(ours).mark_rule(color=theme.BLUE, strokeWidth=2, opacity=0.6)
    layers = [
        published,
        names,
        band.encode(x=x, y=alt.Y("share_lo:Q"), y2="share_hi:Q"),
        base.mark_line(color=theme.BLUE, strokeWidth=2.2),
        base.mark_point(filled=True, color=theme.BLUE, size=46, opacity=1),
    ]
    key = ("Share of occupations with at least a quarter of their tasks used.", "Blue: these logs. Grey: published.")
    return theme.themed(alt.layer(*layers), description, key, HEIGHT)


def _apart(last: pd.DataFrame, height: int) -> pd.DataFrame:
    """The ends of the lines with a place for each name, at least a line of print apart, from the lowest up."""
    step = LINE_OF_PRINT / height * float(last["occupation_share"].max() or 1) if len(last) else 0.0
    ordered, at = last.sort_values("occupation_share"), -1.0
    places = []
    for share in ordered["occupation_share"]:
        at = max(float(share), at + step)
        places.append(at)
    return ordered.assign(named_at=places)
