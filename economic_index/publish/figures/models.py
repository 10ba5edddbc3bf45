"""Model against model: how the work given to two models differs, by occupation group.

Differences and their intervals are dbt's.
"""

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, no_figure
from economic_index.publish.figures.rows_chart import Look, rows_chart
from economic_index.publish.numerals import count, points
from economic_index.publish.selection import rows_of_all
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import engine_title, group_title

DIFFERENCE = ["share_difference", "share_difference_lo", "share_difference_hi"]
COLUMNS = ["model_a", "model_b", "soc_group", "soc_group_title", "share_a", "share_b", *DIFFERENCE, "n_a", "n_b"]


def build(marts: ServedMarts) -> FigureResult:
    """Difference of shares between the two models with most conversations; the table has every pair."""
    rows = rows_of_all(marts, "mart_models")
    rows = rows[rows["share_difference"].notna()] if not rows.empty else rows
    if rows.empty:
        return no_figure("These logs name fewer than two models with enough conversations to compare.")
    pair = _largest_pair(rows)
    rows = rows.sort_values(["model_a", "model_b", "soc_group"])
    mine = rows[(rows["model_a"] == pair[0]) & (rows["model_b"] == pair[1])]
    mine = mine.sort_values("share_difference", ascending=False).reset_index(drop=True)
    look = Look(
        "Difference of shares, in points.",
        f"Difference between {pair[1]} and {pair[0]} in the share of each occupation group, {len(mine)} groups.",
        (f"Right of zero: more of {pair[1]}’s work. Left: more of {pair[0]}’s.", "Lines: 95% intervals."),
        mark="dot",
        baseline=0.0,
        axis_format="+%",
        pitch=22,
    )
    n_a, n_b = float(mine["n_a"].max()), float(mine["n_b"].max())
    engine = engine_title(str(mine["engine"].iloc[0]))
    caption = f"n = {count(n_a)} ({pair[0]}) and {count(n_b)} ({pair[1]}); 95% intervals; engine: {engine}."
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    return FigureResult(rows_chart(_drawn(mine), look), "", table, caption, CAVEATS)


CAVEATS = ("People choose their model: a difference between models is not what the models cause.",)


def _largest_pair(rows: pd.DataFrame) -> tuple[str, str]:
    smaller = rows[["n_a", "n_b"]].min(axis=1)
    row = rows.iloc[int(smaller.to_numpy().argmax())]
    return str(row["model_a"]), str(row["model_b"])


def _drawn(rows: pd.DataFrame) -> pd.DataFrame:
    beyond = (rows["share_difference_lo"] > 0) | (rows["share_difference_hi"] < 0)
    cells = zip(rows["soc_group"], rows["soc_group_title"], strict=True)
    told = [points(*ends).split(" (")[0] for ends in rows[DIFFERENCE].itertuples(index=False)]
    return pd.DataFrame(
        {
            "label": [group_title(str(code), str(title)) for code, title in cells],
            "level": 1,
            "point": rows["share_difference"],
            "lo": rows["share_difference_lo"],
            "hi": rows["share_difference_hi"],
            "tone": [theme.BLUE if is_told else theme.MUTED for is_told in beyond],
            "printed": told,
        }
    )
