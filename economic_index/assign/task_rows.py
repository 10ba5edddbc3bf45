"""What an algorithm found as the rows of lake/onet_task_mappings, and as dead letters.

How it was found stands in algorithms.py; what an ensemble makes of several in ensemble_rows.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pandas as pd
import pyarrow as pa

from economic_index.assign.algorithms import Plan
from economic_index.assign.ensemble_rows import EnsembleAnswers
from economic_index.assign.found_rows import dead_letters, mapping_batches
from economic_index.assign.links import Links
from economic_index.assign.rows import MappingMaker, MappingRows
from economic_index.vocabulary import Algorithm


class TaskAnswers(Protocol):
    """Reads the store anew for each reading."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Rows of lake/onet_task_mappings, conversation after conversation."""
        ...

    def rejected(self) -> pd.DataFrame:
        """Conversations whose task was to be asked for and has no answer."""
        ...


@dataclass(frozen=True)
class PlanAnswers:
    """Of one algorithm; `kind` is that of its candidates."""

    plan: Plan
    kind: str
    maker: MappingMaker
    statements: Mapping[str, Mapping[str, float]] = field(repr=False)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Rows of lake/onet_task_mappings, conversation after conversation."""
        return mapping_batches(self.plan.found(), self.kind, lambda: MappingRows(self.maker, self.statements))

    def rejected(self) -> pd.DataFrame:
        """Conversations whose task was to be asked for and has no answer."""
        return dead_letters(self.plan.found())


def answers_of(
    plans: Mapping[Algorithm, Plan],
    links: Links,
    kind: str,
    maker: MappingMaker,
    statements: Mapping[str, Mapping[str, float]],
) -> TaskAnswers:
    """The answers of one algorithm, or of the ensemble of several."""
    if len(plans) > 1:
        found_by = {algorithm: plan.found for algorithm, plan in plans.items()}
        return EnsembleAnswers(found_by, links, kind, maker, statements)
    (plan,) = plans.values()
    return PlanAnswers(plan, kind, maker, statements)
