"""Wages against use: the median wage of each occupation, and its share of conversations.

A relation between occupations says nothing of persons; the rank correlation is dbt's.
"""

import math
from typing import Any

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, evidence_of, no_figure
from economic_index.publish.hidden import hidden_weight
from economic_index.publish.selection import rows_of_all, shares, with_point
from economic_index.publish.served import ServedMarts

COLUMNS = [
    "onet_soc_code",
    "title",
    "median_wage",
    "currency",
    "wage_year",
    "is_top_coded",
    "usage_share",
    "usage_share_lo",
    "usage_share_hi",
    "n_conversations",
    "n_users",
]
DRAWN = ["title", "median_wage", "usage_share", "usage_share_lo", "usage_share_hi"]
NAMED = 8
NAMED_WHEN_NARROW = 3
HEIGHT = 400
LETTER, LINE = 6.1, 11


def build(marts: ServedMarts) -> FigureResult:
    """One dot an occupation, log scale of shares, with the most used ones named."""
    rows = shares(marts, "mart_wages", "onet_soc_code")
    rows = rows[rows["median_wage"].notna() & (rows["usage_share"] > 0)] if not rows.empty else rows
    if rows.empty:
        return no_figure("No occupation with a known wage has enough conversations to be shown.")
    currency, year = str(rows["currency"].iloc[0]), int(rows["wage_year"].iloc[0])
    across = f"Median yearly wage, {currency}, {year}"
    description = (
        f"Scatter of {len(rows)} occupations: {across.lower()}, against share of conversations. "
        f"The most used is {rows['title'].iloc[0]}. {correlation(marts)}"
    )
    caveats = (
        "A relation between occupations’ wages and their use says nothing of the wages of the people who wrote.",
        "Occupations without enough conversations are not drawn, so the cloud shows only its upper part.",
        *((TOP_CODED,) if rows["is_top_coded"].fillna(False).astype(bool).any() else ()),
    )
    caption = f"{len(rows)} occupations; {evidence_of(rows, 'conversations with a task')} {correlation(marts)}".strip()
    hidden = hidden_weight(marts, "mart_wages", "onet_soc_code")
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    return FigureResult(_chart(with_point(rows)[DRAWN], across, description), "", table, caption, caveats, hidden)


TOP_CODED = "Wages at the top of the survey’s scale are drawn at its limit."


def correlation(marts: ServedMarts) -> str:
    """The rank correlation in words, or '' where there is none."""
    found = rows_of_all(marts, "mart_wage_correlation")
    found = found[found["value"].notna() & found["value_lo"].notna()] if not found.empty else found
    if found.empty:
        return ""
    row = found.iloc[0]
    return (
        f"Rank correlation {row['value']:.2f} (95% interval {row['value_lo']:.2f} to {row['value_hi']:.2f}) over "
        f"{row['n_occupations']} occupations."
    )


def _chart(rows: pd.DataFrame, across: str, description: str) -> Any:
    import altair as alt

    low = max(float(rows["usage_share"].min()) * 0.4, 1e-6)
    high = min(float(rows[["usage_share", "usage_share_hi"]].max().max()) * 1.3, 1.0)
    rows = rows.assign(usage_share_lo=rows["usage_share_lo"].clip(lower=low))
    ticks = [step * 10.0**power for power in range(-6, 1) for step in (1, 3) if low <= step * 10.0**power <= high]
    x_axis = alt.Axis(format="~s", title=across, grid=False, tickCount=6)
    x = alt.X("median_wage:Q", scale=alt.Scale(zero=False, nice=True), axis=x_axis)
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    y = alt.Y("usage_share:Q", scale=scale, axis=alt.Axis(format="~%", title=None, values=ticks))
    tooltip = ["title:N", alt.Tooltip("median_wage:Q", format=","), alt.Tooltip("usage_share:Q", format=".2%")]
    base = alt.Chart(rows)
    lines = base.mark_rule(color=theme.PALE_BLUE, strokeWidth=1).encode(
        x=x, y="usage_share_lo:Q", y2="usage_share_hi:Q"
    )
    dots = base.mark_point(filled=True, color=theme.BLUE, size=38, opacity=1).encode(x=x, y=y, tooltip=tooltip)
    named = _named(rows, low, high)
    layers = [lines, dots, *(_names(named, x, y, side) for side in sorted(set(named["side"])))]
    key = ("Upright: share of the conversations with a task (log scale). One dot an occupation; lines: 95% intervals.",)
    return theme.themed(alt.layer(*layers), description, key, HEIGHT)


def _names(named: pd.DataFrame, x: Any, y: Any, side: str) -> Any:
    import altair as alt

    at = "scale('x', datum.median_wage)"
    finds_room = f"{at} + datum.length < width" if side == "left" else f"{at} > datum.length"
    text = alt.ExprRef(f"(width >= 480 || datum.rank < {NAMED_WHEN_NARROW}) && {finds_room} ? datum.title : ''")
    marks = alt.Chart(named[named["side"] == side]).mark_text(
        align=side, dx=7 if side == "left" else -7, fontSize=11, color=theme.INK, limit=190, text=text
    )
    return marks.encode(x=x, y=y)


def _named(rows: pd.DataFrame, low: float, high: float) -> pd.DataFrame:
    """The most used occupations whose names find room beside their dot, right of it if possible."""
    first, last = float(rows["median_wage"].min()), float(rows["median_wage"].max())
    known = rows.dropna(subset=["usage_share"])
    across = (known["median_wage"] - first) / ((last - first) or 1) * theme.WIDTH
    down = (high / known["usage_share"]).map(math.log) / math.log(high / low) * HEIGHT
    taken = [(x - 4, x + 4, y) for x, y in zip(across, down, strict=True)]
    chosen: list[dict[str, Any]] = []
    for number, row in enumerate(known.head(4 * NAMED).to_dict("records")):
        length = min(len(str(row["title"])) * LETTER, 190) + 2
        x, y = float(across.iloc[number]), float(down.iloc[number])
        for side, box in (("left", (x + 5, x + 5 + length, y)), ("right", (x - 5 - length, x - 5, y))):
            inside = box[0] >= 0 and box[1] <= theme.WIDTH
            if len(chosen) < NAMED and inside and not any(_touch(box, other) for other in taken):
                taken.append(box)
                place = {"rank": len(chosen), "length": length + 7}
                chosen.append({**{str(key): value for key, value in row.items()}, **place, "side": side})
                break
    return pd.DataFrame(chosen, columns=[*rows.columns, "rank", "length", "side"])


def _touch(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and abs(one[2] - other[2]) < LINE
