"""The choice of tasks over one week: the requests that are still to be made, and what was found.

What is asked and how a pick is read stands in choice.py. No transcript is read: the facets describe it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from economic_index.assign.candidates import Candidates, RequestVectors
from economic_index.assign.choice import PROMPT, Described, TaskQuestions, picks_of
from economic_index.assign.descriptions import Descriptions, closed_state
from economic_index.assign.found import Found, without_answer
from economic_index.facets.asking import AT_ONCE, FacetQuestions, Standing, standing_of
from economic_index.llm.request import Request
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import MappingState

OpenCandidates = Callable[[], tuple[Candidates, RequestVectors]]


class _Look(NamedTuple):
    """One conversation: how it is described and what is known of its task, or why nothing is asked."""

    conversation_id: str
    closed: MappingState
    is_open: bool
    described: Described | None
    standing: Standing | None


@dataclass
class ChoicePlan:
    """One round: a request for each conversation; `facets` in order of their ids, with FACET_COLUMNS.

    Candidates are opened only when a request is built: to embed them takes minutes, once a home.
    """

    questions: TaskQuestions
    facet_questions: FacetQuestions
    store: AnswerStore
    facets: pd.DataFrame = field(repr=False)
    open_candidates: OpenCandidates = field(repr=False)
    descriptions: Descriptions = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.descriptions = Descriptions(self.facet_questions, self.store, self.facets)

    @property
    def open_count(self) -> int:
        """Conversations whose task is asked for."""
        return self.descriptions.open_count

    def rounds(self) -> Iterator["ChoicePlan"]:
        """All at once."""
        yield self

    def pending(self) -> int:
        """Contents that lack an answer, equal ones once."""
        return sum(1 for _ in self._lacking())

    def requests(self, cache_ttl: str | None) -> Iterator[Request]:
        """One request for each of these, retrieved a thousand at a time."""
        questions = self.questions.cached_for(cache_ttl)
        waiting: list[Described] = []
        for described in self._lacking():
            waiting.append(described)
            if len(waiting) == AT_ONCE:
                yield from self._built(questions, waiting)
                waiting = []
        yield from self._built(questions, waiting)

    def _built(self, questions: TaskQuestions, described: Sequence[Described]) -> Iterator[Request]:
        if described:
            yield from questions.requests(described, *self.open_candidates())

    def found(self) -> Iterator[Found]:
        """What was chosen among the nearest statements for each conversation, in order."""
        for name, closed, is_open, _, standing in self._looks():
            if standing is None:
                yield Found(name, closed, {}, was_asked=is_open)
            elif answer := standing.answered.get(PROMPT):
                yield Found(name, MappingState.ANSWERED, picks_of(answer), answer.served_model)
            else:
                yield without_answer(name, standing.ended.get(PROMPT))

    def _lacking(self) -> Iterator[Described]:
        seen: set[str] = set()
        for _, _, _, described, standing in self._looks():
            if described and standing and standing.lacking and described.content_hash not in seen:
                seen.add(described.content_hash)
                yield described

    def _looks(self) -> Iterator[_Look]:
        """Every conversation, in order; the store is asked for a thousand at once."""
        questions = self.questions
        for part, described in self.descriptions.parts():
            contents = [each.content_hash for each in described.values()]
            answers = self.store.answers_of(contents, PROMPT, questions.model, questions.purpose)
            outcomes = self.store.outcomes_of(contents, PROMPT, questions.model, questions.purpose)
            for place, row in zip(map(int, part.index), part.itertuples(index=False), strict=True):
                name, each = str(row.conversation_id), described.get(place)
                if each is None:
                    yield _Look(name, closed_state(row), bool(self.descriptions.is_open[place]), None, None)
                    continue
                mine, ends = answers.get(each.content_hash, []), outcomes.get(each.content_hash, [])
                standing = standing_of(mine, ends, (questions.pair(each.answer_key),))
                yield _Look(name, MappingState.DEAD, True, each, standing)
