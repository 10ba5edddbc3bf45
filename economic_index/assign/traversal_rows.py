"""The answers to a traversal, as rows of lake/onet_task_mappings and as dead letters.

How far a conversation has come is traversal_plan.py's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa

from economic_index.assign.found_rows import dead_letters, mapping_batches
from economic_index.assign.rows import MappingMaker, MappingRows
from economic_index.assign.traversal_plan import TraversalPlan
from economic_index.vocabulary import Algorithm, Engine


@dataclass(frozen=True)
class TraversalAnswers:
    """One statement, or task of the bank, for each conversation; or none, or why nothing is known."""

    plan: TraversalPlan
    engine: Engine
    statements: Mapping[str, Mapping[str, float]] = field(repr=False)
    onet_version: str

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Rows of lake/onet_task_mappings, conversation after conversation."""
        return mapping_batches(self.plan.found(), self.plan.questions.hierarchy.kind, self._new_rows)

    def _new_rows(self) -> MappingRows:
        questions = self.plan.questions
        maker = MappingMaker(
            questions.model, None, questions.version, self.onet_version, Algorithm.HIERARCHY, self.engine
        )
        return MappingRows(maker, self.statements)

    def rejected(self) -> pd.DataFrame:
        """Conversations whose task was to be asked for and has no answer."""
        return dead_letters(self.plan.found())
