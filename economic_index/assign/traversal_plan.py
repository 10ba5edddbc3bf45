"""The way of each conversation of a week down the hierarchy: how far it is known, and the steps still to be asked for.

Level after level: the requests of one are known once those of the levels above have ended. Nothing is sent here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from economic_index.assign.choice import Described
from economic_index.assign.descriptions import Descriptions, closed_state
from economic_index.assign.found import Found, without_answer
from economic_index.assign.hierarchy import Node
from economic_index.assign.traversal import PROMPT, StepQuestions
from economic_index.facets.asking import AT_ONCE, FacetQuestions, standing_of
from economic_index.llm.records import StoredAnswer, StoredOutcome
from economic_index.llm.request import Request
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import MappingState

OPENED_AHEAD = 8


class Way(NamedTuple):
    """How far one conversation has come, and what it stands before.

    `node` is the last one reached; with `is_none` no way led on from it, with `ended` its question ended without an
    answer.
    """

    node: Node
    is_none: bool = False
    ended: StoredOutcome | None = None
    served_model: str | None = None


@dataclass
class TraversalPlan:
    """The steps that a week still needs; `facets` in order of their ids, with FACET_COLUMNS."""

    questions: StepQuestions
    facet_questions: FacetQuestions
    store: AnswerStore
    facets: pd.DataFrame = field(repr=False)
    descriptions: Descriptions = field(init=False, repr=False)
    _counted: dict[int, list[tuple[int, str]]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.descriptions = Descriptions(self.facet_questions, self.store, self.facets)

    def rounds(self) -> Iterator["Step"]:
        """The steps, level after level; each has to be sent before the next is counted."""
        for level in range(1, self.questions.hierarchy.depth + 1):
            yield Step(self, level)

    @property
    def open_count(self) -> int:
        """Conversations whose task is asked for."""
        return self.descriptions.open_count

    def pending(self, level: int) -> int:
        """Contents that lack the step to this level and have come so far, equal ones once."""
        self._counted = {level: self._lacking(level)}
        return len(self._counted[level])

    def requests(self, level: int, cache_ttl: str | None) -> Iterator[Request]:
        """One request for each of these, those with the same options together."""
        questions = self.questions.cached_for(cache_ttl)
        lacking = self._counted.pop(level) if level in self._counted else self._lacking(level)
        for start in range(0, len(lacking), AT_ONCE):
            part = lacking[start : start + AT_ONCE]
            described = self.descriptions.of([place for place, _ in part])
            for place, node_id in part:
                yield questions.request(described[place], questions.hierarchy.nodes[node_id])

    def _lacking(self, level: int) -> list[tuple[int, str]]:
        """Place and node of each content before this step, sorted so that prefixes are shared."""
        by_prefix: dict[tuple[str, int], list[int]] = {}
        seen: set[str] = set()
        for place, described, way in self._ways():
            if way is None or described is None or not self._is_lacking(way) or way.node.level != level - 1:
                continue
            if described.content_hash not in seen:
                seen.add(described.content_hash)
                order = self.questions.order_of(described.content_hash)
                by_prefix.setdefault((way.node.node_id, order), []).append(place)
        groups = [[(place, node_id) for place in places] for (node_id, _), places in sorted(by_prefix.items())]
        return opened_ahead(groups, OPENED_AHEAD)

    def _is_lacking(self, way: Way) -> bool:
        return not (way.is_none or way.ended or self.questions.hierarchy.is_leaf(way.node))

    def found(self) -> Iterator[Found]:
        """What was found for each conversation, in order."""
        names = self.facets["conversation_id"].tolist()
        for (place, _, way), row in zip(self._ways(), self.facets.itertuples(index=False), strict=True):
            name = str(names[place])
            if way is None:
                yield Found(name, closed_state(row), {}, was_asked=bool(self.descriptions.is_open[place]))
            elif way.is_none:
                yield Found(name, MappingState.ANSWERED, {}, way.served_model)
            elif self.questions.hierarchy.is_leaf(way.node):
                yield Found(name, MappingState.ANSWERED, {way.node.node_id: 1.0}, way.served_model)
            else:
                yield without_answer(name, way.ended)

    def _ways(self) -> Iterator[tuple[int, Described | None, Way | None]]:
        """Place, description and way of every conversation; no way where no task is asked for."""
        questions = self.questions
        for part, described in self.descriptions.parts():
            contents = [each.content_hash for each in described.values()]
            answers = self.store.answers_of(contents, PROMPT, questions.model, questions.purpose)
            outcomes = self.store.outcomes_of(contents, PROMPT, questions.model, questions.purpose)
            for place in map(int, part.index):
                each = described.get(place)
                yield place, each, each and self._way(each, answers, outcomes)

    def _way(
        self,
        described: Described,
        answers: Mapping[str, Sequence[StoredAnswer]],
        outcomes: Mapping[str, Sequence[StoredOutcome]],
    ) -> Way:
        node, served = self.questions.hierarchy.root, None
        mine, ends = answers.get(described.content_hash, []), outcomes.get(described.content_hash, [])
        while node.children:
            standing = standing_of(mine, ends, (self.questions.pair(node, described.answer_key),))
            answer = standing.answered.get(PROMPT)
            if answer is None:
                return Way(node, ended=standing.ended.get(PROMPT), served_model=served)
            served = answer.served_model
            child = self.questions.chosen(node, answer)
            if child is None:
                return Way(node, is_none=True, served_model=served)
            node = child
        return Way(node, served_model=served)


@dataclass(frozen=True)
class Step:
    """The round that leads to one level."""

    plan: TraversalPlan
    level: int

    def pending(self) -> int:
        """Contents that lack the step and have come so far."""
        return self.plan.pending(self.level)

    def requests(self, cache_ttl: str | None) -> Iterator[Request]:
        """One request for each of these."""
        return self.plan.requests(self.level, cache_ttl)


def opened_ahead(groups: Sequence[Sequence[tuple[int, str]]], ahead: int) -> list[tuple[int, str]]:
    """The groups in order, but the first of each some groups early.

    The first request with a prefix writes it to the cache, and the others wait for that.
    """
    order = [group[0] for group in groups[:ahead]]
    for number, group in enumerate(groups):
        order += [groups[number + ahead][0]] if number + ahead < len(groups) else []
        order += group[1:]
    return order
