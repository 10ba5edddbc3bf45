"""The ensemble over a week: what several algorithms found for each conversation, joined, as rows and dead letters.

What they agree on is decided in ensemble.py; all of them read the same conversations in the same order.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

import pandas as pd
import pyarrow as pa

from economic_index.assign.candidates import BANK
from economic_index.assign.ensemble import ensemble
from economic_index.assign.found import Found
from economic_index.assign.found_rows import dead_letters
from economic_index.assign.links import NO_TASK, UNKNOWN, Links, Spot
from economic_index.assign.rows import MappingMaker, MappingRows
from economic_index.contracts import as_arrow
from economic_index.contracts.lake import ONET_TASK_MAPPINGS
from economic_index.facets.asking import AT_ONCE
from economic_index.vocabulary import Algorithm, Level, MappingState

LEAST_ANSWERS = 2


class EnsembleRows(MappingRows):
    """Rows that may stand at any level, several of one conversation."""

    def add_spots(self, conversation_id: str, weights: Mapping[Spot, float], kind: str) -> None:
        """One pick a spot. A task of the bank without a statement leaves its weight to the others."""
        is_lost = {
            spot: kind == BANK and spot.level is Level.TASK and spot.node_id not in self.statements for spot in weights
        }
        known = {spot: weight for spot, weight in weights.items() if not is_lost[spot]}
        if not known:
            self.add_none(conversation_id, MappingState.UNCLASSIFIED)
        for number, (spot, weight) in enumerate(known.items(), start=1):
            self._add_spot(conversation_id, number, spot, weight / sum(known.values()), kind)

    def _add_spot(self, conversation_id: str, number: int, spot: Spot, weight: float, kind: str) -> None:
        is_task_of_bank = kind == BANK and spot.level is Level.TASK
        nodes = self.statements[spot.node_id] if is_task_of_bank else {spot.node_id: 1.0}
        for node, share in nodes.items():
            self._add(
                conversation_id,
                pick=number,
                level=spot.level.value,
                node_id=node,
                bank_task_id=spot.node_id if is_task_of_bank else None,
                weight=weight * share,
                state=(MappingState.UNCLASSIFIED if spot == UNKNOWN else MappingState.ANSWERED).value,
            )


@dataclass(frozen=True)
class EnsembleAnswers:
    """Reads what each algorithm found, anew for each reading; `kind` is that of their candidates."""

    found_by: Mapping[Algorithm, Callable[[], Iterator[Found]]]
    links: Links
    kind: str
    maker: MappingMaker
    statements: Mapping[str, Mapping[str, float]] = field(repr=False)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Rows of lake/onet_task_mappings, conversation after conversation."""
        joined = self._joined()
        while part := list(islice(joined, AT_ONCE)):
            rows = EnsembleRows(self.maker, self.statements)
            for each, answered in part:
                rows.served_model = each.served_model
                if each.state is MappingState.ANSWERED:
                    rows.add_spots(each.conversation_id, ensemble(answered, self.links), self.kind)
                else:
                    rows.add_none(each.conversation_id, each.state)
            yield from as_arrow(ONET_TASK_MAPPINGS, rows.frame()).to_batches()

    def rejected(self) -> pd.DataFrame:
        """Conversations for which too few of the algorithms answered to agree on anything."""
        return dead_letters(each for each, _ in self._joined())

    def _joined(self) -> Iterator[tuple[Found, dict[Algorithm, dict[Spot, float]]]]:
        """Each conversation, and the spots of the algorithms that answered; the first one's state, if too few did."""
        algorithms = sorted(self.found_by)
        for row in zip(*(self.found_by[algorithm]() for algorithm in algorithms), strict=True):
            answered = {
                algorithm: spots_of(found)
                for algorithm, found in zip(algorithms, row, strict=True)
                if found.state is MappingState.ANSWERED
            }
            if len(answered) >= LEAST_ANSWERS:
                yield row[0]._replace(state=MappingState.ANSWERED, served_model=_one_model(row), ended=None), answered
            else:
                yield next(found for found in row if found.state is not MappingState.ANSWERED), {}


def spots_of(found: Found) -> dict[Spot, float]:
    """An answer as places in the taxonomy."""
    return {Spot(Level.TASK, name): share for name, share in found.picks.items()} or {NO_TASK: 1.0}


def _one_model(row: tuple[Found, ...]) -> str | None:
    models = {found.served_model for found in row if found.served_model}
    return models.pop() if len(models) == 1 else None
