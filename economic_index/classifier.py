"""What every engine is to the assets: a week of conversations in, rows and dead letters out.

No engine is named here.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import pandas as pd
import pyarrow as pa

from economic_index.vocabulary import State

Rows = pd.DataFrame | Iterator[pa.RecordBatch]
Report = Callable[[int, int], None]
Numbers = Mapping[str, int | float]


def _unwatched(numbers: Numbers) -> None:
    """No one listens."""


@dataclass(frozen=True)
class Watch:
    """Which week is classified, and who hears what it has cost so far."""

    week_start: date
    observe: Callable[[Numbers], None] = _unwatched


class Classifier(Protocol):
    """An engine. Rows may come as a frame, or as batches in the order of the conversations' ids."""

    def retry(self, table: str, states: Collection[State], contents: Sequence[str]) -> int:
        """Forget that a table's requests about these contents ended in one of the states; returns how many did."""
        ...

    def label(
        self, conversations: pd.DataFrame, batches: Iterator[pa.RecordBatch], report: Report, watch: Watch
    ) -> tuple[Rows, pd.DataFrame]:
        """Rows of lake/facet_summaries, exactly one a conversation, and the dead letters."""
        ...

    def map_tasks(
        self,
        conversations: pd.DataFrame,
        facets: pd.DataFrame,
        batches: Iterator[pa.RecordBatch],
        report: Report,
        watch: Watch,
    ) -> tuple[Rows, pd.DataFrame]:
        """Rows of lake/onet_task_mappings, and the dead letters."""
        ...
