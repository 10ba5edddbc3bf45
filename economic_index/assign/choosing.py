"""The choice of tasks over one week: what is still to be asked, and the answers as rows and dead letters.

What is asked and how a pick is read stands in choice.py. No transcript is read: the facets describe it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from economic_index.assign.candidates import BANK, Candidates, RequestVectors
from economic_index.assign.choice import PROMPT, Described, TaskQuestions, picks_of
from economic_index.assign.retrieval import Pick
from economic_index.assign.rows import MappingMaker, MappingRows
from economic_index.contracts import as_arrow
from economic_index.contracts.lake import ONET_TASK_MAPPINGS, ONET_TASK_MAPPINGS_REJECTED
from economic_index.facets.asking import AT_ONCE, FacetQuestions, Standing, standing_of
from economic_index.llm.records import StoredAnswer, StoredOutcome
from economic_index.llm.replies import form_fields
from economic_index.llm.request import Request
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import Algorithm, Engine, Facet, MappingState, State

FACET_COLUMNS = ("conversation_id", "content_hash", "is_occupational", "is_occupational_state", "request_state")


class Look(NamedTuple):
    """One conversation: what is known of its task, or why nothing is asked."""

    conversation_id: str
    closed: MappingState | None
    described: Described | None
    standing: Standing | None


@dataclass
class TaskPlan:
    """The task requests that a week still needs; `facets` in order of their ids, with FACET_COLUMNS."""

    questions: TaskQuestions
    facet_questions: FacetQuestions
    store: AnswerStore
    facets: pd.DataFrame = field(repr=False)

    @cached_property
    def open_count(self) -> int:
        """Conversations whose task is asked for."""
        return int(self._is_open.sum())

    @cached_property
    def _is_open(self) -> Any:
        rows = self.facets
        is_work = rows["is_occupational_state"].eq(State.ANSWERED) & rows["is_occupational"].eq(True).fillna(False)
        return is_work & rows["request_state"].eq(State.ANSWERED)

    def pending(self) -> int:
        """Contents that lack an answer, equal ones once."""
        return len(
            {
                look.described.content_hash
                for look in self.looks()
                if look.described and look.standing and look.standing.lacking
            }
        )

    def looks(self) -> Iterator[Look]:
        """Every conversation of the week, in order; the store is asked for a thousand at once."""
        rows = self.facets[list(FACET_COLUMNS)]
        for start in range(0, len(rows), AT_ONCE):
            part = rows.iloc[start : start + AT_ONCE]
            is_open = self._is_open.iloc[start : start + AT_ONCE]
            found = self._described(part.loc[is_open])
            contents = [each.content_hash for each in found.values()]
            answers = self.store.answers_of(contents, PROMPT, self.questions.model, self.questions.purpose)
            outcomes = self.store.outcomes_of(contents, PROMPT, self.questions.model, self.questions.purpose)
            for row in part.itertuples(index=False):
                described = found.get(str(row.conversation_id))
                yield self._look(row, described, answers, outcomes)

    def _look(
        self,
        row: Any,
        described: Described | None,
        answers: Mapping[str, list[StoredAnswer]],
        outcomes: Mapping[str, list[StoredOutcome]],
    ) -> Look:
        name = str(row.conversation_id)
        if described is None:
            return Look(name, _closed_state(row), None, None)
        content, wanted = described.content_hash, (self.questions.pair(described.answer_key),)
        standing = standing_of(answers.get(content, []), outcomes.get(content, []), wanted)
        return Look(name, None, described, standing)

    def _described(self, rows: pd.DataFrame) -> dict[str, Described]:
        contents = rows["content_hash"].tolist()
        standings = self.facet_questions.standings(self.store, contents)
        found = {}
        for name, content in zip(rows["conversation_id"], contents, strict=True):
            answer = standings[content].answered.get(Facet.REQUEST)
            if answer is not None:
                form = form_fields(answer.reply)
                found[name] = Described(name, content, form["request"], form["task_evidence"], answer.key)
        return found

    def requests(self, open_candidates: Callable[[], tuple[Candidates, RequestVectors]]) -> Iterator[Request]:
        """One request for each content that lacks its choice, retrieved a thousand at a time."""
        asked: set[str] = set()
        waiting: list[Described] = []
        for look in self.looks():
            described, standing = look.described, look.standing
            if described and standing and standing.lacking and described.content_hash not in asked:
                asked.add(described.content_hash)
                waiting.append(described)
            if len(waiting) == AT_ONCE:
                yield from self.questions.requests(waiting, *open_candidates())
                waiting = []
        if waiting:
            yield from self.questions.requests(waiting, *open_candidates())


def _closed_state(row: Any) -> MappingState:
    """Why no task is asked for: no work, or a question before it has no answer."""
    if row.is_occupational_state != State.ANSWERED:
        return MappingState(row.is_occupational_state)
    if row.is_occupational is not True and row.is_occupational != True:  # noqa: E712  # three-valued
        return MappingState.NOT_OCCUPATIONAL
    if row.request_state != State.ANSWERED:
        return MappingState(row.request_state)
    return MappingState.DEAD


@dataclass(frozen=True)
class TaskAnswers:
    """The answers to a plan, as rows."""

    plan: TaskPlan
    engine: Engine
    statements: Mapping[str, Mapping[str, float]] = field(repr=False)
    onet_version: str

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Rows of lake/onet_task_mappings, conversation after conversation."""
        rows = self._new_rows()
        for number, look in enumerate(self.plan.looks(), start=1):
            self._add(rows, look)
            if number % AT_ONCE == 0:
                yield from as_arrow(ONET_TASK_MAPPINGS, rows.frame()).to_batches()
                rows = self._new_rows()
        if rows.rows:
            yield from as_arrow(ONET_TASK_MAPPINGS, rows.frame()).to_batches()

    def _new_rows(self) -> MappingRows:
        maker = MappingMaker(
            self.plan.questions.model,
            None,
            self.plan.questions.version,
            self.onet_version,
            Algorithm.CHOICE,
            self.engine,
        )
        return MappingRows(maker, self.statements)

    def _add(self, rows: MappingRows, look: Look) -> None:
        rows.served_model = None
        if look.standing is None:
            rows.add_none(look.conversation_id, look.closed or MappingState.DEAD)
        elif answer := look.standing.answered.get(PROMPT):
            rows.served_model = answer.served_model
            self._add_picks(rows, look.conversation_id, picks_of(answer))
        else:
            ended = look.standing.ended.get(PROMPT)
            rows.add_none(look.conversation_id, MappingState(ended.state if ended else State.OVER_BUDGET))

    def _add_picks(self, rows: MappingRows, conversation_id: str, picks: Mapping[str, float]) -> None:
        if not picks:
            rows.add_none(conversation_id, MappingState.ANSWERED)
        elif self.plan.questions.candidates_version.startswith(BANK):
            rows.add_picks(conversation_id, [Pick(name, share) for name, share in picks.items()])
        else:
            rows.add_statements(conversation_id, picks)

    def rejected(self) -> pd.DataFrame:
        """Conversations whose task was to be asked for and has no answer."""
        letters = [letter for look in self.plan.looks() if (letter := _letter(look))]
        return pd.DataFrame(letters, columns=list(ONET_TASK_MAPPINGS_REJECTED.schema.columns))


def _letter(look: Look) -> dict[str, Any] | None:
    if look.standing is None or PROMPT in look.standing.answered:
        return None
    ended = look.standing.ended.get(PROMPT)
    reason, detail, tries = (ended.state, ended.reason, ended.tries) if ended else (State.OVER_BUDGET, "not sent", 0)
    return {
        "conversation_id": look.conversation_id,
        "reason": reason.value,
        "detail": detail,
        "attempt_count": tries,
    }
