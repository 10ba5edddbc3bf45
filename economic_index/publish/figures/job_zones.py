"""Job zones: use over each of four baselines, by how much preparation the occupation asks for.

Every ratio names its baseline; ratios and intervals are dbt's.
"""

from typing import Any

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, evidence_of, no_figure
from economic_index.publish.hidden import hidden_weight
from economic_index.publish.selection import shares, with_numbers
from economic_index.publish.served import ServedMarts

RATIO = ["representation_ratio", "representation_ratio_lo", "representation_ratio_hi"]
COLUMNS = [
    "job_zone",
    "baseline",
    "usage_share",
    "usage_share_lo",
    "usage_share_hi",
    "baseline_share",
    *RATIO,
    "n_conversations",
    "n_eff",
    "n_users",
]
PREPARATION = {"1": "1 little", "2": "2 some", "3": "3 medium", "4": "4 much", "5": "5 most"}


def build(marts: ServedMarts) -> FigureResult:
    """Ratio of use to each baseline, one column a zone, one tone a baseline."""
    rows = shares(marts, "mart_job_zones", "job_zone")
    rows = rows[rows["representation_ratio"].gt(0) & rows["representation_ratio_lo"].gt(0)] if not rows.empty else rows
    if rows.empty:
        return no_figure("No job zone has enough conversations to be shown.")
    rows = pd.concat([rows, _printed(marts)], ignore_index=True)
    rows = rows.sort_values(["job_zone", "baseline"]).reset_index(drop=True)
    rows["zone"] = [PREPARATION.get(str(zone), str(zone)) for zone in rows["job_zone"]]
    description = (
        f"Use over baseline in {rows['zone'].nunique()} job zones, for {rows['baseline'].nunique()} baselines."
    )
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    caption = evidence_of(rows[rows["baseline"] != PRINTED], "conversations with a job zone")
    chart, hidden = (
        _chart(rows[["zone", "baseline", *RATIO]], description),
        hidden_weight(marts, "mart_job_zones", "job_zone"),
    )
    return FigureResult(chart, "", table, caption, (*CAVEATS, *_why_it_differs(marts)), hidden)


PRINTED = "as published"
PUBLISHED_SEGMENT, PUBLISHED_ZONES = "2025-02-10 claude_ai", "wage_data.csv"
CAVEATS = (
    "A ratio depends on its baseline: the same use can lie above one and below another.",
    "Zones are rated for occupations of the United States.",
)


def _sources(marts: ServedMarts) -> pd.DataFrame:
    """The published release's zones, by the zone table that its authors shipped."""
    rows = with_numbers(marts.mart("mart_job_zone_sources"))
    if rows.empty:
        return rows
    is_theirs = (rows["segment"] == PUBLISHED_SEGMENT) & (rows["zone_source"] == PUBLISHED_ZONES)
    return rows[is_theirs & rows["printed_ratio"].notna()].sort_values("job_zone")


def _printed(marts: ServedMarts) -> pd.DataFrame:
    """The table that Handa et al. (2025) print, as rows of one more baseline: no interval, no count."""
    rows = _sources(marts)
    if rows.empty:
        return rows
    printed = {
        "printed_usage_share": "usage_share",
        "printed_baseline_share": "baseline_share",
        "printed_ratio": "representation_ratio",
    }
    return rows[["job_zone", *printed]].rename(columns=printed).assign(baseline=PRINTED)


def _why_it_differs(marts: ServedMarts) -> list[str]:
    """Why the published table has another answer for the highest zone, with the figures."""
    rows = _sources(marts)
    if rows.empty:
        return []
    top = rows.iloc[-1]
    return [
        f"As published: the table of Handa et al. (2025), over a baseline that looks like the rows of tasks in use. "
        f"For zone {top['job_zone']} it prints {top['printed_ratio']:.2f}; the same release over such rows gives "
        f"{top['ratio_to_used_rows']:.2f}, over occupations {top['ratio_to_occupations']:.2f}."
    ]


def _chart(rows: pd.DataFrame, description: str) -> Any:
    import altair as alt

    ends = rows[RATIO]
    low, high = min(0.5, float(ends.min().min()) * 0.9), max(2.0, float(ends.max().max()) * 1.1)
    ticks = [tick for tick in (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8) if low <= tick <= high]
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    axis = alt.Axis(title=None, values=ticks, format="~g")
    baselines = sorted(rows["baseline"].unique(), key=lambda name: (name == PRINTED, name))
    base = alt.Chart(rows).encode(
        x=alt.X("zone:N", axis=alt.Axis(title="Job zone, by preparation needed", labelAngle=0)),
        xOffset=alt.XOffset("baseline:N", sort=baselines),
        color=alt.Color(
            "baseline:N",
            sort=baselines,
            scale=alt.Scale(domain=baselines, range=list(theme.SERIES[: len(baselines)])),
            legend=alt.Legend(orient="top", title=None),
        ),
    )
    interval = base.mark_rule(strokeWidth=2, opacity=0.6).encode(
        y=alt.Y(f"{RATIO[1]}:Q", scale=scale, axis=axis), y2=f"{RATIO[2]}:Q"
    )
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(
        shape=alt.Shape("baseline:N", sort=baselines, scale=alt.Scale(domain=baselines)),
        y=alt.Y(f"{RATIO[0]}:Q", scale=scale),
    )
    one = alt.Chart(pd.DataFrame({"at": [1.0]})).mark_rule(color=theme.INK).encode(y=alt.Y("at:Q", scale=scale))
    return theme.themed(
        alt.layer(one, interval, dots),
        description,
        ("Share of use over share of the baseline (log scale). Above 1: more use. Lines: 95% intervals.",),
        300,
    )
