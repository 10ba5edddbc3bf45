"""Choosing rows of a mart: a period, a segment, a footing, and the cells that stand for work.

Rows are chosen and ordered here, never added up or divided.
"""

from decimal import Decimal

import pandas as pd

from economic_index.publish.served import ServedMarts

SPECIAL_CELLS = ("_unclassified", "_failed", "_not_occupational", "_none", "_unmapped", "_suppressed")


def rows_of_all(marts: ServedMarts, name: str, segment_type: str = "all", period: str = "all") -> pd.DataFrame:
    """Rows of a mart for the whole period and everybody; no rows, and perhaps no columns, if there are none."""
    rows = with_numbers(marts.mart(name))
    for column, wanted in (("period_type", period), ("segment_type", segment_type)):
        if column in rows.columns:
            rows = rows[rows[column] == wanted]
    return rows.reset_index(drop=True)


def shares(marts: ServedMarts, name: str, cell: str, footing: str = "of_classified") -> pd.DataFrame:
    """Share rows whose cell is a label: special and suppressed cells are left out, largest first.

    Equal shares stand in the order of their cells; sums over several threads differ in their last digits.
    """
    rows = rows_of_all(marts, name)
    if rows.empty:
        return rows
    is_label = (rows["footing"] == footing) & ~rows[cell].isin(SPECIAL_CELLS) & ~_suppressed(rows)
    rows = rows[is_label & (rows["usage_share"].notna() | rows["usage_share_lo"].notna())]
    ordered = rows.assign(order=rows["usage_share"].round(9)).sort_values(["order", cell], ascending=[False, True])
    return ordered.drop(columns="order").reset_index(drop=True)


def with_point(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as they may be drawn: one of which only the interval may be shown loses its point (Parker et al. 2017).

    Where there is no interval at all (one user), the point stays: the share of these very logs is known.
    """
    if rows.empty or "presentation" not in rows.columns:
        return rows
    drawn = rows.copy()
    drawn.loc[(drawn["presentation"] == "interval only") & drawn["usage_share_lo"].notna(), "usage_share"] = float(
        "nan"
    )
    return drawn


def with_numbers(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows, with DuckDB's decimals (which arrive as objects) as floats."""
    objects = [column for column in rows.columns if rows[column].dtype == object]
    decimals = [column for column in objects if any(isinstance(value, Decimal) for value in rows[column])]
    return rows.assign(**{column: pd.to_numeric(rows[column]) for column in decimals}) if decimals else rows


def _suppressed(rows: pd.DataFrame) -> pd.Series:
    return rows["is_suppressed"].fillna(False).astype(bool)
