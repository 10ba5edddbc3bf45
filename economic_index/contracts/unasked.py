"""Columns of lake/facet_summaries for questions that an engine does not put.

Why a question is not put is the engine's business.
"""

from typing import Any

from economic_index.contracts.lake import FACET_SUMMARIES, READ_FACETS
from economic_index.vocabulary import State

READ_VALUES = tuple(
    name for name in FACET_SUMMARIES.schema.columns if name == "task_evidence" or name.startswith(READ_FACETS)
)


def unasked_read_columns(count: int) -> dict[str, Any]:
    """Every column of the facets that only a reading engine answers, for `count` rows: not asked."""
    columns: dict[str, Any] = {}
    for name in READ_VALUES:
        if name.endswith("_state"):
            columns[name] = [State.NOT_ASKED.value] * count
        elif name.endswith("_asked_with"):
            columns[name] = [[] for _ in range(count)]
        else:
            columns[name] = [None] * count
    return columns
