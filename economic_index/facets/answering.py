"""Answers of a reading engine as rows of lake/facet_summaries, and as dead letters where there is none.

Nothing is asked here. Rows are made as Arrow batches: a week may hold a million conversations.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa

from economic_index.contracts.lake import FACET_SUMMARIES, FACET_SUMMARIES_REJECTED
from economic_index.facets.asking import AT_ONCE, FacetQuestions, Standing
from economic_index.facets.form import columns_of, read_form
from economic_index.facets.prompts import FORM
from economic_index.llm.records import StoredAnswer
from economic_index.llm.replies import form_fields
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import Engine, State

_SCHEMA = FACET_SUMMARIES.arrow_schema()
Row = dict[str, Any]


@dataclass(frozen=True)
class FacetAnswers:
    """Reads the store for one week: `empty` had nothing to read, contents not in `seen` have no transcript."""

    questions: FacetQuestions
    store: AnswerStore
    engine: Engine
    empty: set[str]
    seen: set[str]

    def batches(self, ids: Sequence[str], contents: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Exactly one row a conversation, in the order given."""
        for start in range(0, len(ids), AT_ONCE):
            part, hashes = ids[start : start + AT_ONCE], contents[start : start + AT_ONCE]
            standings = self.questions.standings(self.store, hashes)
            rows = [self._row(name, content, standings[content]) for name, content in zip(part, hashes, strict=True)]
            yield _batch(rows)

    def rejected(self, ids: Sequence[str], contents: Sequence[str]) -> pd.DataFrame:
        """Conversations with a question that was put and not answered, with the reason and the tries."""
        letters: list[Row] = []
        for start in range(0, len(ids), AT_ONCE):
            part, hashes = ids[start : start + AT_ONCE], contents[start : start + AT_ONCE]
            standings = self.questions.standings(self.store, hashes, with_reply=False)
            letters += [
                letter | {"conversation_id": name}
                for name, content in zip(part, hashes, strict=True)
                if (letter := self._letter(content, standings[content]))
            ]
        return pd.DataFrame(letters, columns=list(FACET_SUMMARIES_REJECTED.schema.columns))

    def _letter(self, content: str, standing: Standing) -> Row | None:
        if standing.ended:
            outcome = next(iter(standing.ended.values()))
            detail = f"{outcome.reason}; {len(standing.ended)} questions"
            return {"reason": outcome.state.value, "detail": detail, "attempt_count": outcome.tries}
        if standing.lacking and content not in self.empty:
            state = self._state_of_lacking(content)
            detail = "transcript missing" if state is State.DEAD else f"not sent; {len(standing.lacking)} questions"
            return {"reason": state.value, "detail": detail, "attempt_count": 0}
        return None

    def _state_of_lacking(self, content: str) -> State:
        if content in self.empty:
            return State.UNCLASSIFIED
        return State.OVER_BUDGET if content in self.seen else State.DEAD

    @cached_property
    def _versions(self) -> dict[str, str]:
        return dict(self.questions.wanted)

    def _row(self, conversation_id: str, content: str, standing: Standing) -> Row:
        row: Row = {
            "conversation_id": conversation_id,
            "content_hash": content,
            "engine": self.engine.value,
            "model": self.questions.model,
        }
        versions = self._versions
        forms = _Forms()
        for facet in FORM:
            name = facet.value
            if name not in versions:
                row[f"{name}_state"] = State.NOT_ASKED.value
            elif answer := standing.answered.get(name):
                row |= forms.values(answer, name)
                row["model"] = answer.served_model
                row[f"{name}_state"] = State.ANSWERED.value
                row[f"{name}_version"] = versions[name]
                row[f"{name}_asked_with"] = [asked for asked, _ in answer.asked]
            elif outcome := standing.ended.get(name):
                row[f"{name}_state"] = outcome.state.value
                row[f"{name}_asked_with"] = [asked for asked, _ in outcome.asked]
            else:
                row[f"{name}_state"] = self._state_of_lacking(content).value
        return row


@dataclass
class _Forms:
    """The forms of one conversation, each read once."""

    columns: dict[str, Row] = field(default_factory=dict)

    def values(self, answer: StoredAnswer, facet: str) -> Row:
        if answer.key not in self.columns:
            asked = [name for name, _ in answer.asked]
            self.columns[answer.key] = read_form(asked, form_fields(answer.reply))
        columns = self.columns[answer.key]
        return {name: columns[name] for name in columns_of(facet)}


def _batch(rows: Sequence[Row]) -> pa.RecordBatch:
    arrays = []
    for name in _SCHEMA.names:
        default = _default(name)
        arrays.append(pa.array([row.get(name, default) for row in rows], _SCHEMA.field(name).type))
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


def _default(column: str) -> Any:
    if column.endswith("_asked_with"):
        return []
    return State.NOT_ASKED.value if column.endswith("_state") else None
