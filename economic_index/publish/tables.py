"""A figure's data for people and for programs: rows of an HTML table, and a CSV in a data address.

Numbers are printed, never changed.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from economic_index.publish.numerals import count, ratio


def _share(value: float) -> str:
    return f"{100 * value:.2f}%"


def _points(value: float) -> str:
    return f"{100 * value:+.2f}".replace("-", "−")


Printer = Callable[[float], str]
HEADINGS: dict[str, tuple[str, Printer | None]] = {
    "label": ("What", None),
    "node_label": ("Group, occupation or task", None),
    "level": ("Level", None),
    "measure": ("Measure", None),
    "soc_group": ("SOC", None),
    "soc_group_title": ("Occupation group", None),
    "onet_soc_code": ("O*NET-SOC", None),
    "title": ("Occupation", None),
    "skill": ("Skill", None),
    "job_zone": ("Job zone", None),
    "baseline": ("Baseline", None),
    "week_start": ("Week beginning", None),
    "model_a": ("Model A", None),
    "model_b": ("Model B", None),
    "verdict": ("Verdict", None),
    "engine_changed": ("Engine changed", None),
    "usage_share": ("Share", _share),
    "usage_share_lo": ("from", _share),
    "usage_share_hi": ("to", _share),
    "facet": ("Question", None),
    "coder": ("Read by", None),
    "corrected_share": ("Corrected", _share),
    "corrected_share_lo": ("corrected from", _share),
    "corrected_share_hi": ("corrected to", _share),
    "uncorrected_share": ("Uncorrected", _share),
    "uncorrected_share_lo": ("uncorrected from", _share),
    "uncorrected_share_hi": ("uncorrected to", _share),
    "n_reviews": ("Reviewed conversations", count),
    "reviews_wanted": ("Reviews for the wanted width", count),
    "wanted_by": ("Wanted width", None),
    "interval_method": ("Method", None),
    "frame": ("Drawn from", None),
    "engine": ("Engine", None),
    "employment_share": ("Employment", _share),
    "baseline_share": ("Baseline share", _share),
    "published_share": ("Published", _share),
    "representation_ratio": ("Ratio", ratio),
    "representation_ratio_lo": ("ratio from", ratio),
    "representation_ratio_hi": ("ratio to", ratio),
    "share_a": ("Share in A", _share),
    "share_b": ("Share in B", _share),
    "share_difference": ("Difference (points)", _points),
    "share_difference_lo": ("difference from", _points),
    "share_difference_hi": ("difference to", _points),
    "threshold": ("At least this share of tasks", _share),
    "occupation_share": ("Share of occupations", _share),
    "occupations_at_least": ("Occupations", count),
    "occupation_count": ("of", count),
    "median_wage": ("Median wage", count),
    "currency": ("Currency", None),
    "wage_year": ("Wage year", None),
    "is_top_coded": ("At survey’s limit", None),
    "draw_size": ("Conversations drawn", count),
    "share_lo": ("from", _share),
    "share_hi": ("to", _share),
    "component": ("Part", None),
    "rank_correlation": ("Rank correlation", ratio),
    "correlation_lo": ("from", ratio),
    "correlation_hi": ("to", ratio),
    "verdict_at_deff_1": ("if their users were many", None),
    "verdict_at_deff_10": ("if a few made most", None),
    "n_published": ("Conversations there", count),
    "n_eff": ("Effective number", count),
    "n_conversations": ("Conversations", count),
    "n_users": ("Users", count),
    "n_a": ("n of A", count),
    "n_b": ("n of B", count),
}


@dataclass(frozen=True)
class PrintedTable:
    """Headings, whether each column is a number, and rows of text."""

    headings: list[str]
    is_number: list[bool]
    rows: list[list[str]]
    csv_address: str


def printed_table(table: pd.DataFrame) -> PrintedTable:
    """The table as text, cell by cell; missing numbers are a dash."""
    known = [HEADINGS.get(str(column), (str(column), None)) for column in table.columns]
    rows = [
        [_cell(value, printer) for value, (_, printer) in zip(row, known, strict=True)]
        for row in table.itertuples(index=False, name=None)
    ]
    numbers = [printer is not None for _, printer in known]
    return PrintedTable([heading for heading, _ in known], numbers, rows, csv_address(table))


def csv_address(table: pd.DataFrame) -> str:
    """The table as CSV in a data address; text that a spreadsheet would run as a formula is defused."""
    safe = table.apply(lambda column: column.map(_defused))
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(safe.to_csv(index=False).encode()).decode()


def _cell(value: Any, printer: Printer | None) -> str:
    if value is None or pd.isna(value):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printer(float(value)) if printer else str(value)


def _defused(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
