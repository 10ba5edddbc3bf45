"""Mix against within: how much of a difference in delegating comes from other tasks, and how much from other habits.

The parts and their intervals are dbt's (Kitagawa 1955).
"""

from typing import Any

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, no_figure
from economic_index.publish.figures.rows_chart import Look, rows_chart
from economic_index.publish.home import Home
from economic_index.publish.numerals import count, points
from economic_index.publish.selection import with_numbers
from economic_index.publish.served import ServedMarts

PLATFORMS = {"claude_ai": "Claude.ai", "api": "the API"}
PARTS = {"total": "Whole difference", "mix": "Other mix of tasks", "within": "Other habits within tasks"}
DIFFERENCE = {"value": "share_difference", "value_lo": "share_difference_lo", "value_hi": "share_difference_hi"}
COLUMNS = ["label", "component", *DIFFERENCE.values(), "verdict", "share_a", "share_b", "n_a", "n_b"]
BREAK = (
    "{label}: the engine changed (its model, or the version of its head, prompt or bank). No part of the difference is "
    "claimed: it is grey."
)
CAVEATS = (
    "The two parts add up to the whole exactly. Other people, products and engines are in both of them.",
    "Published sides name no users: their error is lent the design effect of these logs.",
)
MOST = 4


def build(marts: ServedMarts) -> FigureResult:
    """Three dots a comparison: whole, mix and within, in points of the automation share."""
    rows = with_numbers(marts.mart("mart_decomposition"))
    rows = rows[(rows["outcome"] == "automation") & (rows["level"] == "statement")] if not rows.empty else rows
    rows = _whole(rows) if not rows.empty else rows
    if not rows.empty and Home.of(marts).is_time_assigned:
        rows = rows[rows["comparison"] != "changes"]
    if rows.empty:
        return no_figure("There are no two sides with enough patterns to take a difference of delegating apart.")
    rows = _chosen(rows).rename(columns=DIFFERENCE)
    look = Look(
        "Difference of the share of automation, in points.",
        f"Differences of delegating, each in two parts, {rows['label'].nunique()} comparisons.",
        ("Dots: the difference and its two parts, with 95% intervals; grey where zero is not left out.",),
        mark="dot",
        baseline=0.0,
        axis_format="d",
        pitch=21,
    )
    caption = f"n = {count(float(rows['n_b'].max()))} conversations with a pattern on the side of these logs."
    broken = sorted(set(rows.loc[rows["is_break"], "label"]))
    table = rows[COLUMNS].assign(engine_changed=rows["is_break"]) if broken else rows[COLUMNS]
    caveats = (*(BREAK.format(label=label) for label in broken), *CAVEATS)
    return FigureResult(rows_chart(_drawn(rows), look), "", table, caption, caveats)


def _whole(rows: pd.DataFrame) -> pd.DataFrame:
    """Comparisons whose three numbers all have an interval: one user, or one task, leaves a part without."""
    sides = [
        "comparison",
        "period_type_a",
        "period_start_a",
        "segment_a",
        "period_type_b",
        "period_start_b",
        "segment_b",
    ]
    return rows[rows.groupby(sides)["value_lo"].transform("count") == len(PARTS)]


def _chosen(rows: pd.DataFrame) -> pd.DataFrame:
    """The change in time, the products, the models, and the newest releases, a few of each."""
    labels = [_label(row) for _, row in rows.iterrows()]
    rows = rows.assign(
        label=labels,
        order=rows["comparison"].map({"changes": 0, "published": 1, "products": 2, "models": 3}),
        is_break=rows["is_break"].fillna(False).astype(bool),  # none where no two periods are compared
    )
    rows = rows[(rows["comparison"] != "models") | (rows["period_type_b"] == "all")]
    rows = rows.sort_values(["order", "period_start_a", "label"], ascending=[True, False, True])
    kept = [name for _, names in rows.groupby("order")["label"].unique().items() for name in names[:MOST]]
    return rows[rows["label"].isin(kept)].reset_index(drop=True)


def _label(row: pd.Series) -> str:
    if row["comparison"] == "published":
        day, platform = str(row["segment_a"]).split(" ")
        return f"Here, less {PLATFORMS[platform]}, {pd.Timestamp(day):%b %Y}"
    if row["comparison"] == "changes":
        return f"{pd.Timestamp(row['period_start_b']):%B %Y}, less {pd.Timestamp(row['period_start_a']):%B %Y}"
    return f"{row['segment_b']}, less {row['segment_a']}"


def _drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """A heading for each comparison, and its three parts beneath."""
    drawn: list[dict[str, Any]] = []
    for label, parts in rows.groupby("label", sort=False):
        heading = {"label": label, "level": 0, "point": float("nan"), "lo": float("nan"), "hi": float("nan")}
        drawn.append(heading | {"tone": theme.INK, "printed": ""})
        for component, name in PARTS.items():
            row = parts[parts["component"] == component].iloc[0]
            numbers = [float(row[column]) for column in DIFFERENCE.values()]
            tone = theme.MUTED if row["verdict"] == "cannot tell" or row["is_break"] else theme.BLUE
            short = points(*numbers).split(" (")[0].replace(" points", "")
            ends = dict(zip(("point", "lo", "hi"), (100 * number for number in numbers), strict=True))
            drawn.append({"label": name, "level": 1, "tone": tone, "printed": short} | ends)
    return pd.DataFrame(drawn)
