"""Part by part: how much is delegated by department, site, source, or whatever else conversations are cut by.

Parts below their floor are in no mart; models have a figure of their own.
"""

import math

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, evidence_of, no_figure
from economic_index.publish.figures.patterns import STYLE_OF_REQUEST
from economic_index.publish.figures.rows_chart import Look, chart_rows, rows_chart
from economic_index.publish.selection import with_numbers, with_point
from economic_index.publish.served import ServedMarts

ELSEWHERE = ("all", "product", "model", "published")
MOST_PARTS = 12
"""Parts of one kind that are drawn, those with most conversations first; the table has every one."""

COLUMNS = [
    "segment_type",
    "segment",
    "usage_share",
    "usage_share_lo",
    "usage_share_hi",
    "denominator",
    "n_conversations",
    "n_users",
    "floor",
]
NOT_CUT = (
    "These logs have one source, and nothing is known of their users, or no part of them reaches its floor "
    "([users] in sources.toml brings departments and sites)."
)


def build(marts: ServedMarts) -> FigureResult:
    """Share of automation among conversations with a recognised pattern, in each part of each kind."""
    rows = _parts(with_numbers(marts.mart("mart_automation")))
    if rows.empty:
        return no_figure(NOT_CUT)
    kinds = sorted(set(rows["segment_type"].astype(str)))
    blocks = [_block(kind, rows[rows["segment_type"] == kind]) for kind in kinds]
    drawn = pd.concat(blocks, ignore_index=True)
    look = Look(
        "Share of automation within each part.",
        f"Automation share by {', '.join(map(title, kinds)).lower()}: {len(rows)} parts, each with its interval.",
        ("Lines: 95% intervals. Upright line: one half.",),
        mark="dot",
        baseline=0.5,
        pitch=22,
    )
    floors = "; ".join(sorted(set(rows["floor"].astype(str))))
    caption = f"{evidence_of(rows, 'conversations with a recognised pattern in the largest part')} Floor: {floors}."
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    return FigureResult(rows_chart(drawn, look), "", table, caption, CAVEATS)


CAVEATS = (
    STYLE_OF_REQUEST,
    "Parts differ in the work they have: a difference between them is not what being there causes.",
    "A part that is missing is below its floor of users and conversations; unknown are those of whom nothing is said.",
)


def title(kind: str) -> str:
    """The kind of a cut as a heading."""
    return kind.replace("_", " ").capitalize()


def _parts(rows: pd.DataFrame) -> pd.DataFrame:
    """Automation in each part over all weeks, kinds in order, the largest part first."""
    if rows.empty:
        return rows
    is_part = ~rows["segment_type"].isin(ELSEWHERE) & (rows["period_type"] == "all")
    is_shown = (rows["footing"] == "of_classified") & (rows["mode"] == "automation") & rows["usage_share"].notna()
    chosen = rows[is_part & is_shown]
    order = ["segment_type", "denominator", "segment"]
    return chosen.sort_values(order, ascending=[True, False, True]).reset_index(drop=True)


def _block(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """A heading, and its parts."""
    labels = rows["segment"].replace("(unknown)", "unknown").head(MOST_PARTS)
    parts = chart_rows(with_point(rows.head(MOST_PARTS)), labels, theme.ORANGE).assign(level=1)
    nothing = dict.fromkeys(("point", "lo", "hi"), math.nan)
    heading = pd.DataFrame([{"label": title(kind), "level": 0, **nothing, "tone": theme.INK, "printed": ""}])
    return pd.concat([heading, parts], ignore_index=True)
