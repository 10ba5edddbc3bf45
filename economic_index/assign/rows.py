"""Turns picks of bank tasks into rows of lake/onet_task_mappings; the weights of a conversation sum to 1.

Nothing is scored here, and shares are not split among occupations: that is dbt's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from economic_index.assign.retrieval import Pick
from economic_index.contracts import validated
from economic_index.contracts.lake import ONET_TASK_MAPPINGS
from economic_index.vocabulary import Algorithm, Engine, Level, MappingState


@dataclass(frozen=True)
class MappingMaker:
    """What stands in every row: who answered, how, and the statements' O*NET version."""

    model: str
    model_hash: str | None
    version: str
    onet_version: str
    algorithm: Algorithm = Algorithm.BANK_RETRIEVAL
    engine: Engine = Engine.LOCAL


@dataclass
class MappingRows:
    """Collects the rows of one week."""

    maker: MappingMaker
    statements: Mapping[str, Mapping[str, float]]
    rows: list[dict[str, Any]] = field(default_factory=list)
    served_model: str | None = None
    """The model that answered for the rows that are added next, where it is not always the one that was asked."""

    def add_picks(self, conversation_id: str, picks: Sequence[Pick], confidence: float | None = None) -> None:
        """Tasks of the bank, each as its statements; a statement-less task leaves its weight to the others.

        With no statement left in this O*NET version the conversation is unclassified.
        """
        known = [pick for pick in picks if pick.bank_task_id in self.statements]
        total = sum(pick.weight for pick in known)
        if not known:
            self.add_none(conversation_id, MappingState.UNCLASSIFIED, confidence)
        for number, pick in enumerate(known, start=1):
            for statement, share in self.statements[pick.bank_task_id].items():
                self._add(
                    conversation_id,
                    pick=number,
                    level=Level.TASK.value,
                    node_id=statement,
                    bank_task_id=pick.bank_task_id,
                    weight=pick.weight / total * share,
                    confidence=None if confidence is None else round(confidence, 4),
                    state=MappingState.ANSWERED.value,
                )

    def add_statements(self, conversation_id: str, shares: Mapping[str, float]) -> None:
        """Statements of O*NET itself, heaviest first."""
        for number, (statement, share) in enumerate(shares.items(), start=1):
            self._add(
                conversation_id,
                pick=number,
                level=Level.TASK.value,
                node_id=statement,
                weight=share,
                state=MappingState.ANSWERED.value,
            )

    def add_coarser(self, conversation_id: str, level: Level, node_id: str, confidence: float) -> None:
        """No task was sure enough, but what is above it is: a work activity, or else the SOC group."""
        self._add(
            conversation_id,
            level=level.value,
            node_id=node_id,
            confidence=round(confidence, 4),
            state=MappingState.ANSWERED.value,
        )

    def add_none(self, conversation_id: str, state: MappingState, confidence: float | None = None) -> None:
        """No task: none among those that were offered or not occupational (level none); else not known, and why."""
        is_asked = state in {MappingState.NOT_OCCUPATIONAL, MappingState.ANSWERED}
        self._add(
            conversation_id,
            level=Level.NONE.value if is_asked else Level.UNCLASSIFIED.value,
            node_id="",
            confidence=None if confidence is None else round(confidence, 4),
            state=state.value,
        )

    def _add(self, conversation_id: str, **values: Any) -> None:
        row = {
            "conversation_id": conversation_id,
            "pick": 1,
            "bank_task_id": None,
            "weight": 1.0,
            "confidence": None,
            "model": self.served_model or self.maker.model,
        }
        self.rows.append(row | values)

    def frame(self) -> pd.DataFrame:
        """The rows as the contract declares them, by conversation, pick and weight."""
        columns = list(ONET_TASK_MAPPINGS.schema.columns)
        rows = pd.DataFrame(self.rows, columns=columns).assign(
            algorithm=self.maker.algorithm.value,
            engine=self.maker.engine.value,
            model_hash=self.maker.model_hash,
            version=self.maker.version,
            onet_version=self.maker.onet_version,
        )
        order = ["conversation_id", "pick", "weight", "node_id"]
        rows = rows.sort_values(order, ascending=[True, True, False, True], ignore_index=True)
        return validated(ONET_TASK_MAPPINGS, rows)
