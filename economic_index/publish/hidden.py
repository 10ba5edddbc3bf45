"""What a figure does not show: the weight of the cells below the floor, in one sentence beside its numbers.

The weight is a row of the mart; nothing is added up here.
"""

import pandas as pd

from economic_index.publish.numerals import count, percent_with_interval
from economic_index.publish.selection import rows_of_all
from economic_index.publish.served import ServedMarts

HIDDEN = "_suppressed"
NOTHING = "No cell lies below the floor."
WITHHELD = "Cells below the floor are hidden, and their weight with them: it would give them away."


def hidden_weight(marts: ServedMarts, name: str, cell: str, **only: str) -> str:
    """Share, interval and conversations of what is hidden in a mart, of the classified; '' for an empty mart.

    `only` chooses rows by further columns (`measure='skills_needed'`).
    """
    rows = rows_of_all(marts, name)
    if rows.empty:
        return ""
    rows = rows[rows["footing"] == "of_classified"]
    for column, wanted in only.items():
        rows = rows[rows[column] == wanted]
    together = rows[(rows[cell] == HIDDEN) & rows["usage_share"].notna()]
    if together.empty:
        return WITHHELD if rows["is_suppressed"].fillna(False).astype(bool).any() else NOTHING
    return _sentence(together.iloc[0])


def _sentence(row: pd.Series) -> str:
    ends = (float(row[name]) for name in ("usage_share", "usage_share_lo", "usage_share_hi"))
    conversations = "" if pd.isna(row["n_conversations"]) else f", {count(float(row['n_conversations']))} conversations"
    return f"Below the floor, together: {percent_with_interval(*ends)}{conversations}."


def hidden_by_week(rows: pd.DataFrame) -> str:
    """The least and the most that a week hides, from weekly rows of hidden cells; '' where there is none."""
    known = rows["usage_share"].dropna() if len(rows) else pd.Series(dtype=float)
    if known.empty:
        return ""
    low, high = float(known.min()), float(known.max())
    return f"Below the floor, together: {100 * low:.1f}% to {100 * high:.1f}% of a week, in {len(known)} weeks."
