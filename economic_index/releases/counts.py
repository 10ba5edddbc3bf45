"""The conversations behind imported cells: printed beside them, or recovered from their percentages."""

import pandas as pd

from economic_index.releases.long_schema import PAIR, TASK, TASK_FLOOR
from economic_index.releases.totals import NoTotal, recover_total, whole_counts

# shares that stand for conversations, and the variable that counts them
SHARES = {
    "onet_task_pct": "onet_task_count",
    "collaboration_pct": "collaboration_count",
    "onet_task_collaboration_pct": "onet_task_collaboration_count",
}
TABLE = ["release", "platform", "window_start", "facet"]


def with_counts(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with `conversation_count`, `total_conversation_count` and floors, where the file says enough for them.

    Only global cells of the first level stand for conversations here: they are what the rollups read.
    """
    unknown = pd.Series(pd.NA, cells.index, dtype="Int64")
    cells = cells.assign(conversation_count=unknown, total_conversation_count=unknown)
    is_global = cells["geo_id"].eq("GLOBAL") & cells["level"].eq(0)
    for share, count in SHARES.items():
        for _, rows in cells[is_global & cells["variable"].eq(share)].groupby(TABLE):
            printed = cells[is_global & cells["variable"].eq(count)].merge(rows[TABLE].drop_duplicates(), on=TABLE)
            counts = _counts(rows, printed.set_index("node_id")["value"])
            cells.loc[rows.index, "conversation_count"] = counts
            cells.loc[rows.index, "total_conversation_count"] = _totals(rows, counts)
    is_task = cells["facet"].str.split(PAIR).str[0].eq(TASK)
    for name, floor in zip(("floor_conversations", "floor_users"), TASK_FLOOR, strict=True):
        cells[name] = pd.Series([floor if task else None for task in is_task], cells.index, dtype="Int32")
    return cells


def _counts(rows: pd.DataFrame, printed: pd.Series) -> pd.Series:
    """Conversations of one table's cells: as printed, else those of the recovered total, else unknown."""
    unknown = pd.Series(pd.NA, rows.index, dtype="Int64")
    if len(printed):
        return rows["node_id"].map(printed).astype("Int64")
    if rows["facet"].iloc[0] != TASK:
        return unknown
    try:
        total = recover_total(rows["value"].tolist(), TASK_FLOOR[0])
    except NoTotal:
        return unknown
    counts = whole_counts(rows["value"].to_numpy() / 100, total)
    return unknown if counts is None else pd.Series(counts, rows.index, dtype="Int64")


def _totals(rows: pd.DataFrame, counts: pd.Series) -> pd.Series:
    """Conversations behind each cell's table; of patterns by task, those of the task."""
    keys = rows["node_id"].str.rsplit(PAIR, n=1).str[0] if PAIR in rows["facet"].iloc[0] else rows["facet"]
    return counts.groupby(keys).transform("sum")
