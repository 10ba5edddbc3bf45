"""These logs beside the published index: the same shares in one release of the Anthropic Economic Index.

Verdicts and intervals of differences are dbt's.
"""

import pandas as pd

from economic_index.publish.compared import beside_published, release_title
from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, no_figure
from economic_index.publish.figures.rows_chart import Look, chart_rows, rows_chart
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import cell_title

COLUMNS = [
    "measure",
    "label",
    "usage_share",
    "usage_share_lo",
    "usage_share_hi",
    "published_share",
    "share_difference",
    "share_difference_lo",
    "share_difference_hi",
    "verdict",
    "verdict_at_deff_1",
    "verdict_at_deff_10",
    "n_conversations",
    "n_published",
]
ORDER = {"soc_group": 0, "automation": 1, "collaboration": 2}


def build(marts: ServedMarts) -> FigureResult:
    """Our shares as dots with intervals, the published ones as ticks; occupation groups, modes and patterns."""
    rows = beside_published(marts)
    rows = rows[rows["usage_share"].notna() & rows["published_share"].notna()] if not rows.empty else rows
    if rows.empty:
        return no_figure("Nothing here has enough conversations to stand beside the published index.")
    rows = rows.assign(order=rows["measure"].map(ORDER).fillna(9))
    rows = rows.sort_values(["order", "published_share"], ascending=[True, False]).reset_index(drop=True)
    cells = zip(rows["measure"], rows["cell"], rows["cell_label"], strict=True)
    rows["label"] = [cell_title(str(measure), str(cell), str(label)) for measure, cell, label in cells]
    drawn = _under_headings(rows)
    look = Look(
        "Share of classified conversations.",
        f"Shares of these logs beside the published index, {len(rows)} cells.",
        ("Dot: these logs, with 95% interval; grey where no difference can be told.", "Tick: published index."),
        mark="dot",
        reference=True,
        pitch=21,
    )
    caption = (
        f"Published: {release_title(rows)}; both renormalised over classified conversations; groups after tasks below "
        "15 conversations and 5 users were dropped on both sides. Verdicts allow for all rows at once (Holm)."
    )
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    return FigureResult(rows_chart(drawn, look), "", table, caption, CAVEATS)


def _under_headings(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the chart, with a heading without marks before each measure."""
    tones = [theme.MUTED if verdict == "cannot tell" else theme.BLUE for verdict in rows["verdict"]]
    drawn = chart_rows(rows, rows["label"], tones).assign(level=1, reference=rows["published_share"])
    blocks = []
    for measure in dict.fromkeys(rows["measure"]):
        mine: pd.DataFrame = drawn[rows["measure"] == measure]
        heading = {"label": HEADINGS.get(measure, measure), "level": 0, "tone": theme.INK, "printed": ""}
        blocks += [pd.DataFrame([heading], columns=drawn.columns).astype(mine.dtypes.to_dict()), mine]
    whole: pd.DataFrame = pd.concat(blocks, ignore_index=True)
    return whole


HEADINGS = {"soc_group": "Occupation groups", "automation": "Style of request", "collaboration": "Patterns"}
CAVEATS = (
    "Other people, another product, another time and another engine: a difference has many causes.",
    "The published shares come without intervals; the verdict allows for their sampling error as best it can.",
)
