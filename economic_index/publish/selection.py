"""Choosing rows of a mart: a period, a segment, a footing, and the cells that stand for work.

Rows are chosen and ordered here, never added up or divided.
"""

import pandas as pd

from economic_index.publish.served import ServedMarts

SPECIAL_CELLS = ("_unclassified", "_failed", "_not_occupational", "_none", "_unmapped", "_suppressed")
NUMBERS = (
    "usage_share usage_share_lo usage_share_hi numerator denominator n_conversations n_users employment_share "
    "representation_ratio representation_ratio_lo representation_ratio_hi baseline_share median_wage value value_lo "
    "value_hi depth_share threshold occupation_share share_a share_b share_difference share_difference_lo "
    "share_difference_hi published_share share_before share_after conversations weight n_a n_b"
).split()


def rows_of_all(marts: ServedMarts, name: str, segment_type: str = "all", period: str = "all") -> pd.DataFrame:
    """Rows of a mart for the whole period and everybody; no rows, and perhaps no columns, if there are none."""
    rows = with_numbers(marts.mart(name))
    for column, wanted in (("period_type", period), ("segment_type", segment_type)):
        if column in rows.columns:
            rows = rows[rows[column] == wanted]
    return rows.reset_index(drop=True)


def shares(marts: ServedMarts, name: str, cell: str, footing: str = "of_classified") -> pd.DataFrame:
    """Share rows whose cell is a label: special and suppressed cells are left out, largest first."""
    rows = rows_of_all(marts, name)
    if rows.empty:
        return rows
    rows = rows[(rows["footing"] == footing) & ~rows[cell].isin(SPECIAL_CELLS) & ~_suppressed(rows)]
    return rows.sort_values(["usage_share", cell], ascending=[False, True]).reset_index(drop=True)


def with_point(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose point may be drawn: those of which only the interval may be shown lose it (Parker et al. 2017)."""
    if rows.empty or "presentation" not in rows.columns:
        return rows
    drawn = rows.copy()
    drawn.loc[drawn["presentation"] == "interval only", "usage_share"] = float("nan")
    return drawn


def with_numbers(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows, with every number column as float or integer (DuckDB's decimals arrive as objects)."""
    found = [column for column in NUMBERS if column in rows.columns and rows[column].dtype == object]
    return rows.assign(**{column: pd.to_numeric(rows[column]) for column in found}) if found else rows


def _suppressed(rows: pd.DataFrame) -> pd.Series:
    return rows["is_suppressed"].fillna(False).astype(bool)
