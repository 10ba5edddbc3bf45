"""How sure is this? The box that says in plain words what the intervals hold, and what hangs on the way of counting.

Pure functions from marts to words; every number is a cell of a mart.
"""

import math
from dataclasses import dataclass

import pandas as pd

from economic_index.publish.numerals import count, percent, percent_with_interval
from economic_index.publish.selection import rows_of_all
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import SHORT_GROUPS

HEADLINES = {"is_occupational": "Conversations about work", "automation": "Automation (delegating)"}
INFLUENCE, HEAVY = "most that one user moves it", "share of the top hundredth of users"
PLAIN = (
    "A line beside a number is its 95% interval: if people like these were drawn again and again, lines made in this "
    "way would hold the true share about 95 times of 100. It does not hold what the engine gets wrong.",
    "Conversations of one person are alike, so many of them tell less than as many people would: the effective number "
    "says how many independent conversations would tell as much. Below 30 the number is grey, below 10 there is none.",
    "Two numbers differ only where the interval of their difference leaves out zero; that two lines overlap says "
    "nothing.",
)


@dataclass(frozen=True)
class Counted:
    """The headlines counted in other ways: a heading for each, and rows of a way and a value for each, in words."""

    headings: list[str]
    rows: list[tuple[str, list[str]]]


def how_sure(marts: ServedMarts) -> list[str]:
    """The sentences of the box: what an interval is, and how much evidence the largest shares here have."""
    said = list(PLAIN)
    rows = rows_of_all(marts, "mart_soc_groups")
    rows = rows[(rows["footing"] == "of_classified") & rows["n_eff"].notna()] if not rows.empty else rows
    if len(rows):
        n, n_eff = float(rows["denominator"].max()), float(rows["n_eff"].max())
        said.append(f"Here {count(n)} conversations with a task tell about as much as {count(n_eff)} independent ones.")
    weight = robust(marts, HEAVY)
    if not math.isnan(weight):
        said.append(f"The top hundredth of users make {percent(weight)} of the conversations.")
    return said


def robust(marts: ServedMarts, variant: str) -> float:
    """The largest value of one way of counting over the headlines; NaN where there is none."""
    rows = rows_of_all(marts, "mart_robustness")
    values = rows.loc[rows["variant"] == variant, "value"].dropna() if len(rows) else pd.Series(dtype=float)
    return float(values.max()) if len(values) else math.nan


def counted_otherwise(marts: ServedMarts) -> Counted:
    """Every way of counting that these logs allow, for each headline."""
    rows = rows_of_all(marts, "mart_robustness")
    if rows.empty:
        return Counted([], [])
    rows = rows[rows["value"].notna() & (rows["variant"] != HEAVY)].sort_values("variant_number")
    headings, columns = [], []
    for measure, of_headline in rows.groupby("measure", sort=True):
        group = f"Largest group: {SHORT_GROUPS.get(str(of_headline['cell'].iloc[0]), '')}"
        headings.append(HEADLINES.get(str(measure)) or group)
        columns.append({str(row["variant"]): _value(row) for _, row in of_headline.iterrows()})
    ways = dict.fromkeys(str(way) for way in rows["variant"])
    return Counted(headings, [(way, [column.get(way, "–") for column in columns]) for way in ways])


def _value(row: pd.Series) -> str:
    if row["variant"] == INFLUENCE:
        return f"{100 * row['value']:.1f} points"
    if pd.isna(row["value_lo"]):
        return percent(float(row["value"]))
    return percent_with_interval(row["value"], row["value_lo"], row["value_hi"])
