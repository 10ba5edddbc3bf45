"""One group against every baseline: how much of "over-represented" is the choice of what to compare with.

Ratios and their intervals are dbt's.
"""

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, evidence_of, no_figure
from economic_index.publish.figures.rows_chart import Look, rows_chart
from economic_index.publish.hidden import hidden_weight
from economic_index.publish.numerals import ratio
from economic_index.publish.selection import rows_of_all, shares
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import group_title

RATIO = ["representation_ratio", "representation_ratio_lo", "representation_ratio_hi"]
COLUMNS = ["soc_group", "label", "usage_share", "baseline_share", *RATIO, "n_conversations", "n_eff", "n_users"]
NAMES = {
    "occupations": "Occupations",
    "task rows": "Tasks, as O*NET lists them",
    "used task rows": "Tasks with use here",
    "employment": "US employment",
    "wage bill": "US wage bill",
    "headcount": "Your own people",
}
GROUPS = 3
CAVEATS = (
    "A ratio above 1 is more use than the baseline’s share. Which baseline is right depends on the question: people, "
    "pay, occupations or tasks.",
    "Survey baselines carry their own standard error; counts of occupations and tasks are exact.",
)


def build(marts: ServedMarts) -> FigureResult:
    """The three largest groups, a dot for each baseline, a line at 1."""
    largest = shares(marts, "mart_soc_groups", "soc_group")
    rows = rows_of_all(marts, "mart_representation")
    if rows.empty or largest.empty:
        return no_figure("No group has enough conversations to be set against a baseline.")
    codes = list(largest["soc_group"].head(GROUPS))
    rows = rows[rows["soc_group"].isin(codes) & rows["representation_ratio_lo"].gt(0)]
    if rows.empty:
        return no_figure("No group has an interval, so none can be set against a baseline.")
    years = ["" if pd.isna(year) else f", {int(year)}" for year in rows["baseline_year"]]
    rows = rows.assign(
        label=[f"{NAMES.get(name, name)}{year}" for name, year in zip(rows["baseline"], years, strict=True)],
        order=rows["soc_group"].map({code: place for place, code in enumerate(codes)}),
        baseline_order=rows["baseline"].map({name: place for place, name in enumerate(NAMES)}),
    ).sort_values(["order", "baseline_order", "baseline_year"])
    hidden = hidden_weight(marts, "mart_soc_groups", "soc_group")
    look = Look(
        "Use over the baseline (log scale).",
        f"Representation of the {len(codes)} largest groups against {rows['label'].nunique()} baselines.",
        ("Dots: ratio, with 95% interval; the line is 1, where use and baseline agree.",),
        mark="dot",
        baseline=1.0,
        axis_format="~g",
        is_log=True,
        pitch=18,
    )
    return FigureResult(rows_chart(_drawn(rows), look), "", rows[COLUMNS], evidence_of(rows), CAVEATS, hidden)


def _drawn(rows: pd.DataFrame) -> pd.DataFrame:
    drawn = []
    for _, of_group in rows.groupby("order", sort=True):
        first = of_group.iloc[0]
        name = group_title(str(first["soc_group"]), str(first["soc_group_title"]))
        nothing = {"point": float("nan"), "lo": float("nan"), "hi": float("nan"), "printed": ""}
        drawn.append({"label": name, "level": 0, "tone": theme.INK} | nothing)
        for _, row in of_group.iterrows():
            ends = dict(zip(("point", "lo", "hi"), (float(row[column]) for column in RATIO), strict=True))
            is_told = ends["lo"] > 1 or ends["hi"] < 1
            tone = theme.BLUE if is_told else theme.MUTED
            drawn.append({"label": row["label"], "level": 1, "tone": tone, "printed": ratio(ends["point"])} | ends)
    return pd.DataFrame(drawn)
