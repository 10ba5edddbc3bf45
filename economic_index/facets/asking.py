"""What a conversation still lacks, and the one request that asks for all of it together.

Answers are looked up by content, so nothing is rendered that is known already. Nothing is sent here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pyarrow as pa

from economic_index.facets.prompts import (
    ORDERS,
    Wording,
    closing_of,
    facet_version,
    order_of,
    schema_of,
    system_of,
)
from economic_index.llm.models import capability_of
from economic_index.llm.records import StoredAnswer, StoredOutcome
from economic_index.llm.request import Frame, Request, Subject
from economic_index.llm.store import AnswerStore
from economic_index.llm.transcript import estimate_tokens, render_transcript
from economic_index.vocabulary import Facet, Purpose

PROMPT = "facets"
MAX_TOKENS = 1_024
AT_ONCE = 1_000
USUAL_BUDGET = 4_000
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Standing:
    """What is known of one content: facets answered, facets whose request ended without an answer, and the rest."""

    answered: Mapping[str, StoredAnswer]
    ended: Mapping[str, StoredOutcome]
    lacking: Pairs


def standing_of(answers: Sequence[StoredAnswer], outcomes: Sequence[StoredOutcome], wanted: Pairs) -> Standing:
    """The standing of one content against the versions that are wanted; the latest answer counts."""
    answered: dict[str, StoredAnswer] = {}
    ended: dict[str, StoredOutcome] = {}
    for pair in wanted:
        for answer in answers:
            if pair in answer.asked:
                answered[pair[0]] = answer
                break
        else:
            last = next((outcome for outcome in outcomes if pair in outcome.asked), None)
            if last is not None:
                ended[pair[0]] = last
    lacking = tuple(pair for pair in wanted if pair[0] not in answered and pair[0] not in ended)
    return Standing(answered, ended, lacking)


@dataclass(frozen=True)
class FacetQuestions:
    """The questions of one engine: model, facets, how much of a transcript is read, and in which words and order."""

    model: str
    facets: tuple[Facet, ...]
    salt: bytes = field(repr=False)
    token_budget: int = USUAL_BUDGET
    cache_ttl: str | None = "5m"
    wording: Wording = Wording.A
    order_shift: int = 0
    purpose: Purpose = Purpose.MAIN
    draw: int = 0
    _frames: dict[tuple[Pairs, int], Frame] = field(default_factory=dict, repr=False)

    @property
    def wanted(self) -> Pairs:
        """Facet and current version of every question; another budget of tokens is another version."""
        budget = "" if self.token_budget == USUAL_BUDGET else f"-{self.token_budget}"
        return tuple((facet.value, facet_version(facet, self.wording) + budget) for facet in self.facets)

    def standings(self, store: AnswerStore, contents: Sequence[str], *, with_reply: bool = True) -> dict[str, Standing]:
        """By content hash, for each of the contents."""
        answers = store.answers_of(contents, PROMPT, self.model, self.purpose, with_reply=with_reply)
        outcomes = store.outcomes_of(contents, PROMPT, self.model, self.purpose)
        wanted = self.wanted
        return {
            content: standing_of(answers.get(content, []), outcomes.get(content, []), wanted) for content in contents
        }

    def frame(self, asked: Pairs, order: int) -> Frame:
        """All but the transcript, rendered once for each order."""
        place = (asked, order)
        if place not in self._frames:
            facets = [Facet(name) for name, _ in asked]
            system = system_of(facets, order, self.wording)
            capability = capability_of(self.model)
            is_cached = capability.can_cache(estimate_tokens("".join(system)))
            self._frames[place] = Frame(
                model=self.model,
                system=system,
                schema=schema_of(facets),
                max_tokens=capability.max_tokens(MAX_TOKENS),
                cache_ttl=self.cache_ttl if is_cached else None,
                **capability.request_options(),
            )
        return self._frames[place]

    def request(self, content: str, messages: Sequence[Mapping[str, Any]], asked: Pairs) -> Request | None:
        """The request for what is lacking; None if there is nothing to read."""
        shown = render_transcript(messages, self.salt, self.token_budget)
        if shown.is_empty:
            return None
        order = (order_of(shown.fence_id) + self.order_shift) % ORDERS
        subject = Subject(content, PROMPT, self.model, self.purpose, asked)
        closing = closing_of(tuple(name for name, _ in asked))
        tokens = shown.token_estimate + estimate_tokens(closing)
        return self.frame(asked, order).request(subject, f"{shown.text}\n{closing}", self.draw, tokens)


@dataclass
class FacetPlan:
    """The requests that a week still needs, drawn from its transcripts as they are sent.

    `empty` and `seen` are filled on the way: contents with nothing to read, and contents that have a transcript.
    """

    questions: FacetQuestions
    store: AnswerStore
    contents: frozenset[str]
    empty: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def cached_for(self, cache_ttl: str | None) -> "FacetPlan":
        """The same plan with other cache marks: the same answers."""
        self.questions = replace(self.questions, cache_ttl=cache_ttl, _frames={})
        return self

    @cached_property
    def lacking(self) -> dict[str, Pairs]:
        """What each content lacks, before any is rendered; equal contents are asked once."""
        wanted = sorted(self.contents)
        found: dict[str, Pairs] = {}
        for start in range(0, len(wanted), AT_ONCE):
            standings = self.questions.standings(self.store, wanted[start : start + AT_ONCE], with_reply=False)
            found |= {content: standing.lacking for content, standing in standings.items() if standing.lacking}
        return found

    def pending(self) -> int:
        """How many contents lack an answer: an upper bound of the requests, as some have nothing to read."""
        return len(self.lacking)

    def requests(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Request]:
        """One request for each content that lacks something."""
        for batch in batches:
            messages = batch.column("messages")
            for place, content in enumerate(batch.column("content_hash").to_pylist()):
                if content in self.seen or content not in self.contents:
                    continue
                self.seen.add(content)
                if (lacking := self.lacking.get(content)) is None:
                    continue
                request = self.questions.request(content, messages[place].as_py(), lacking)
                if request is None:
                    self.empty.add(content)
                    continue
                yield request
