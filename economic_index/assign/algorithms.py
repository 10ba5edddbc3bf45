"""The algorithms that find tasks, behind one interface: rounds of requests, then what was found for each conversation.

A new one is a plan more. Nothing is sent here, and no rows are made.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Protocol, TypeVar

import pandas as pd

from economic_index.assign.choice import TaskQuestions
from economic_index.assign.choice_plan import ChoicePlan, OpenCandidates
from economic_index.assign.found import Found
from economic_index.assign.traversal import StepQuestions
from economic_index.assign.traversal_plan import TraversalPlan
from economic_index.facets.asking import FacetQuestions
from economic_index.facets.second import changed_for
from economic_index.llm.request import Request
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import Algorithm, Purpose

_Questions = TypeVar("_Questions", TaskQuestions, StepQuestions)


class Round(Protocol):
    """Requests that do not depend on each other."""

    def pending(self) -> int:
        """About how many they are."""
        ...

    def requests(self, cache_ttl: str | None) -> Iterator[Request]:
        """The requests, with cache marks for so long."""
        ...


class Plan(Protocol):
    """One algorithm over the conversations of a week."""

    @property
    def open_count(self) -> int:
        """Conversations whose task is asked for."""
        ...

    def rounds(self) -> Iterator[Round]:
        """Each is to be sent before the next is drawn."""
        ...

    def found(self) -> Iterator[Found]:
        """What was found for each conversation, in order of their ids."""
        ...


@dataclass(frozen=True)
class Together:
    """Rounds of several plans as one."""

    parts: Sequence[Round]

    def pending(self) -> int:
        """Of all."""
        return sum(part.pending() for part in self.parts)

    def requests(self, cache_ttl: str | None) -> Iterator[Request]:
        """One plan after the other."""
        for part in self.parts:
            yield from part.requests(cache_ttl)


def rounds_of(plans: Sequence[Plan]) -> Iterator[Together]:
    """The first rounds of all plans together, then the second ones, and so on."""
    for parts in zip_longest(*(plan.rounds() for plan in plans)):
        yield Together([part for part in parts if part is not None])


@dataclass(frozen=True)
class Algorithms:
    """Makes the plans of one engine. `open_steps` raises HierarchyMissing where no hierarchy was built."""

    choice: TaskQuestions
    facet_questions: FacetQuestions
    store: AnswerStore
    open_candidates: OpenCandidates = field(repr=False)
    open_steps: Callable[[], StepQuestions] = field(repr=False)

    def plan(self, algorithm: Algorithm, facets: pd.DataFrame, purpose: Purpose = Purpose.MAIN) -> Plan:
        """One algorithm by itself; another purpose than MAIN is the same question put in another way."""
        if algorithm is Algorithm.HIERARCHY:
            steps = put_as(self.open_steps(), purpose)
            return TraversalPlan(steps, self.facet_questions, self.store, facets)
        questions = put_as(self.choice, purpose)
        return ChoicePlan(questions, self.facet_questions, self.store, facets, self.open_candidates)

    def version(self, algorithm: Algorithm, purpose: Purpose = Purpose.MAIN) -> str:
        """Version of the questions, as it stands in rows."""
        if algorithm is Algorithm.ENSEMBLE:
            return "+".join(self.version(each) for each in parts_of(algorithm))
        if algorithm is Algorithm.HIERARCHY:
            return put_as(self.open_steps(), purpose).version
        return put_as(self.choice, purpose).version


def parts_of(algorithm: Algorithm) -> tuple[Algorithm, ...]:
    """The algorithms that are asked: the ensemble joins two."""
    return (Algorithm.CHOICE, Algorithm.HIERARCHY) if algorithm is Algorithm.ENSEMBLE else (algorithm,)


def other_than(algorithm: Algorithm) -> Algorithm:
    """The one beside which it is held."""
    return Algorithm.CHOICE if algorithm is Algorithm.HIERARCHY else Algorithm.HIERARCHY


def put_as(questions: _Questions, purpose: Purpose) -> _Questions:
    """The same questions drawn again, in another order or in other words."""
    if purpose is Purpose.MAIN:
        return questions
    return replace(questions, **changed_for(purpose)).cached_for(questions.cache_ttl)
