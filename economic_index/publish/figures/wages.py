"""Wages against use: the median wage of each occupation, and its share of conversations.

A relation between occupations says nothing of persons; the rank correlation is dbt's.
"""

from typing import Any

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, evidence_of, no_figure
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


def build(marts: ServedMarts) -> FigureResult:
    """One dot an occupation, log scale of shares, with the most used ones named."""
    rows = shares(marts, "mart_wages", "onet_soc_code")
    rows = rows[rows["median_wage"].notna() & (rows["usage_share_lo"] > 0)] if not rows.empty else rows
    if rows.empty:
        return no_figure("No occupation with a known wage has enough conversations to be shown.")
    currency = str(rows["currency"].dropna().iloc[0]) if rows["currency"].notna().any() else ""
    year = str(rows["wage_year"].iloc[0])
    description = (
        f"Scatter of {len(rows)} occupations: median yearly wage ({currency}, {year}) against share of conversations. "
        f"The most used is {rows['title'].iloc[0]}. {correlation(marts)}"
    )
    caveats = (
        "A relation between occupations’ wages and their use says nothing of the wages of the people who wrote.",
        "Occupations without enough conversations are not drawn, so the cloud shows only its upper part.",
        *(("Wages at the top of the survey’s scale are drawn at its limit.",) if rows["is_top_coded"].any() else ()),
    )
    caption = f"{len(rows)} occupations; {evidence_of(rows, 'conversations with a task')} {correlation(marts)}".strip()
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    return FigureResult(_chart(with_point(rows)[DRAWN], currency, year, description), "", table, caption, caveats)


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


def _chart(rows: pd.DataFrame, currency: str, year: str, description: str) -> Any:
    import altair as alt

    wage = alt.Axis(format="~s", title=f"Median yearly wage, {currency} ({year})", grid=False, tickCount=6)
    share = alt.Axis(format=".2~%", title="Share of conversations (log scale)", tickCount=4)
    x = alt.X("median_wage:Q", scale=alt.Scale(zero=False, nice=True), axis=wage)
    y = alt.Y("usage_share:Q", scale=alt.Scale(type="log"), axis=share)
    tooltip = [alt.Tooltip("title:N"), alt.Tooltip("median_wage:Q", format=","), alt.Tooltip("usage_share:Q", format=".2%")]
    base = alt.Chart(rows)
    lines = base.mark_rule(color=theme.PALE_BLUE, strokeWidth=1).encode(x=x, y=alt.Y("usage_share_lo:Q"), y2="usage_share_hi:Q")
    dots = base.mark_point(filled=True, color=theme.BLUE, size=36, opacity=0.9).encode(x=x, y=y, tooltip=tooltip)
    named = alt.Chart(rows.head(NAMED)).mark_text(align="left", dx=7, fontSize=11, color=theme.INK, limit=170)
    key = (f"One dot an occupation; the {min(NAMED, len(rows))} most used are named. Lines: 95% intervals.",)
    return theme.themed(alt.layer(lines, dots, named.encode(x=x, y=y, text="title:N")), description, key, 400)
