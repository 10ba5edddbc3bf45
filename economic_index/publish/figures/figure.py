"""What a figure is: a name, a title, and a function from served marts to a chart, its table and its small print.

No drawing here (theme.py, rows_chart.py and one module a figure), and no page (page.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from economic_index.publish.numerals import count
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import engine_title

UNITS = {"assigned_user": "assigned users", "conversation": "conversations", "user": "users"}


@dataclass(frozen=True)
class FigureResult:
    """A drawn figure, or the reason why there is none.

    `chart` is an Altair chart or None; `reason` says why it is None, else ''; `table` holds the figure's data, with
    shares in [0, 1]; `caption` says n, interval and engine; `caveats` what must be known to read it; `hidden`
    what lies below the floor.
    """

    chart: Any | None
    reason: str
    table: pd.DataFrame
    caption: str
    caveats: tuple[str, ...]
    hidden: str = ""


@dataclass(frozen=True)
class Figure:
    """One figure of the report, and one asset in the Dagster UI."""

    name: str
    title: str
    build: Callable[[ServedMarts], FigureResult]


def no_figure(reason: str) -> FigureResult:
    """A figure without data: the reason stands where the chart would."""
    return FigureResult(None, reason, pd.DataFrame(), "", ())


def evidence_of(rows: pd.DataFrame, of: str = "classified conversations") -> str:
    """n, interval and engine in one line, from the rows that are drawn."""
    parts = []
    if "denominator" in rows.columns:
        parts.append(f"n = {count(float(rows['denominator'].max()))} {of}")
    elif "n_conversations" in rows.columns:
        parts.append(f"n = {count(float(rows['n_conversations'].max()))} {of}")
    if "cluster_unit" in rows.columns and rows["cluster_unit"].notna().any():
        unit = str(rows["cluster_unit"].dropna().iloc[0])
        parts.append(f"lines are 95% intervals, clustered by {UNITS.get(unit, unit)}")
    elif "usage_share_lo" in rows.columns:
        parts.append("lines are 95% intervals")
    if "engine" in rows.columns and rows["engine"].notna().any():
        parts.append(f"engine: {', '.join(engine_title(name) for name in sorted(set(rows['engine'].dropna())))}")
    return "; ".join(parts) + "."
