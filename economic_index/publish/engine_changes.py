"""Says what became of the labels when one engine took another's place, where a trend is drawn.

The figures are dbt's; nothing is computed here.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from economic_index.publish.numerals import count, percent_with_interval
from economic_index.publish.served import ServedMarts

SAID = {
    "soc_group": {
        "soc_group": "the engine's own occupation group",
        "task_soc_group": "the occupation group of the task",
    },
    "automation": {"collaboration": "the pattern"},
}
"""By measure of a trend, the questions whose change bears on it, in words."""


def said_of_changes(marts: ServedMarts, measure: str) -> tuple[str, ...]:
    """One sentence per change that enough conversations stand behind, oldest first; none where nothing was changed."""
    rows = marts.mart("mart_engine_changes")
    if rows.empty:
        return ()
    words = SAID[measure]
    rows = rows[rows["facet"].isin(list(words)) & rows["agreement_share"].notna()]
    rows = rows.sort_values(["first_week_start", "facet", "old_model", "new_model"], kind="stable")
    return tuple(_sentence(row, words[str(row["facet"])]) for row in rows.to_dict("records"))


def _sentence(row: Mapping[Any, Any], words: str) -> str:
    first, last = (pd.Timestamp(row[name]).date().isoformat() for name in ("first_week_start", "last_week_start"))
    weeks = f"week {first}" if first == last else f"weeks {first} to {last}"
    told = percent_with_interval(row["agreement_share"], row["agreement_share_lo"], row["agreement_share_hi"])
    return (
        f"Engine changed for {weeks}, which were labelled by both, {count(row['n_conversations'])} conversations: "
        f"{words} stayed what it was in {told} of them."
    )
