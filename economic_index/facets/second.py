"""Facets asked a second time on a sample: drawn again, with labels in another order, in other words.

Main and second answers side by side, as rows of lake/second_answers. Nothing is sent here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import pyarrow as pa

from economic_index.contracts.hierarchy import SECOND_ANSWERS
from economic_index.contracts.lake import FACET_SUMMARIES
from economic_index.facets.answering import FacetAnswers
from economic_index.facets.asking import FacetPlan, FacetQuestions
from economic_index.facets.prompts import ORDERS, Wording
from economic_index.llm.request import Request
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import Comparison, Engine, Facet, Purpose, State

Columns = dict[str, list[Any]]
WAYS = {
    Comparison.REDRAW: Purpose.REDRAW,
    Comparison.ORDER: Purpose.ORDER,
    Comparison.WORDING: Purpose.WORDING,
}
COMPARED = (
    Facet.LANGUAGE,
    Facet.IS_OCCUPATIONAL,
    Facet.USE_CASE,
    Facet.COLLABORATION,
    Facet.INTENT,
    Facet.TASK_SUCCESS,
    Facet.AI_AUTONOMY,
)
"""Facets with one label for a conversation."""


def changed_for(purpose: Purpose) -> dict[str, Any]:
    """What a purpose changes of any questions: their draw, or their words; an order is the questions' own matter."""
    wording = Wording.B if purpose is Purpose.WORDING else Wording.A
    return {"purpose": purpose, "draw": int(purpose is Purpose.REDRAW), "wording": wording}


def put_as(questions: FacetQuestions, purpose: Purpose) -> FacetQuestions:
    """The same questions drawn again, with labels half a turn on, or in other words."""
    shift = ORDERS // 2 if purpose is Purpose.ORDER else 0
    return replace(questions, order_shift=shift, _frames={}, **changed_for(purpose))


@dataclass
class SecondFacets:
    """The second questions about the drawn conversations of a week; `ids` and `contents` run side by side."""

    questions: FacetQuestions
    store: AnswerStore
    engine: Engine
    ids: Sequence[str]
    contents: Sequence[str]
    plans: dict[Comparison, FacetPlan] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        wanted = frozenset(self.contents)
        self.plans = {
            kind: FacetPlan(put_as(self.questions, purpose), self.store, wanted) for kind, purpose in WAYS.items()
        }

    def pending(self) -> int:
        """How many requests are lacking, at most."""
        return sum(plan.pending() for plan in self.plans.values())

    def requests(self, batches: Iterable[pa.RecordBatch], cache_ttl: str) -> Iterator[Request]:
        """Those requests; the transcripts are read once."""
        for plan in self.plans.values():
            plan.cached_for(cache_ttl)
        for batch in batches:
            for plan in self.plans.values():
                yield from plan.requests([batch])

    def rows(self, sample_share: float) -> pd.DataFrame:
        """Rows of lake/second_answers."""
        main = self._answers(self.questions, None)
        rows = [
            row
            for kind, plan in self.plans.items()
            for row in self._rows(kind, plan, main, self._answers(plan.questions, plan), sample_share)
        ]
        return pd.DataFrame(rows, columns=list(SECOND_ANSWERS.schema.columns))

    def _answers(self, questions: FacetQuestions, plan: FacetPlan | None) -> Columns:
        empty, seen = (plan.empty, plan.seen) if plan else (set(), set(self.contents))
        answers = FacetAnswers(questions, self.store, self.engine, empty, seen)
        batches = answers.batches(self.ids, self.contents)
        found: Columns = pa.Table.from_batches(batches, FACET_SUMMARIES.arrow_schema()).to_pydict()
        return found

    def _rows(
        self, kind: Comparison, plan: FacetPlan, main: Columns, second: Columns, sample_share: float
    ) -> Iterator[dict[str, Any]]:
        versions = dict(plan.questions.wanted)
        for facet in (each for each in COMPARED if each.value in versions):
            labels, main_labels = _labels(second, facet), _labels(main, facet)
            for place, name in enumerate(self.ids):
                yield {
                    "conversation_id": name,
                    "kind": kind.value,
                    "facet": facet.value,
                    "value": labels[place],
                    "main_value": main_labels[place],
                    "state": second[f"{facet}_state"][place],
                    "engine": self.engine.value,
                    "model": second["model"][place],
                    "main_engine": self.engine.value,
                    "version": versions[facet],
                    "confidence": None,
                    "sample_share": sample_share,
                }


def _labels(rows: Columns, facet: Facet) -> list[str | None]:
    """Answers as words; null without one."""
    return [
        _word(value) if state == State.ANSWERED else None
        for value, state in zip(rows[facet.value], rows[f"{facet}_state"], strict=True)
    ]


def _word(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)
