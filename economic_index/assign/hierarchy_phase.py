"""One round of requests of a building hierarchy, and what was answered to them, out of the answer store.

A round is sent by whoever has a transport. What is asked stands in hierarchy_tier.py.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pydantic import BaseModel

from economic_index.assign.hierarchy_prompts import prompt_version
from economic_index.facets.asking import AT_ONCE, Standing, standing_of
from economic_index.facets.form import read_reply
from economic_index.llm.replies import form_fields
from economic_index.llm.request import Frame, Request, Subject
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import Purpose


class HierarchyUnfinished(Exception):
    """A round has requests that neither were answered nor ended; the message says how to go on."""


class Ask(NamedTuple):
    """One question: the message, and what its numbers mean."""

    user: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phase:
    """A round: requests that do not depend on each other. `level` is that of the kinds of work that it makes."""

    prompt: str
    level: int
    asks: Sequence[Ask] = field(repr=False)
    frame: Frame = field(repr=False)
    store: AnswerStore = field(repr=False)

    def pending(self) -> int:
        """Requests that have no answer yet, and did not end without one."""
        return sum(bool(standing.lacking) for standing in self._standings())

    def requests(self, cache_ttl: str | None = "5m") -> Iterator[Request]:
        """Those requests. What is known from a run that was killed is not asked again."""
        frame = self.frame if cache_ttl == self.frame.cache_ttl else self._cached_for(cache_ttl)
        for ask, standing in zip(self.asks, self._standings(), strict=True):
            if standing.lacking:
                subject = Subject(
                    self._content(ask), self.prompt, self.frame.model, Purpose.MAIN, (self._pair,), ask.options
                )
                yield frame.request(subject, ask.user)

    def _cached_for(self, cache_ttl: str | None) -> Frame:
        """The same frame with other cache marks, if it has any: the same answers."""
        return replace(self.frame, cache_ttl=cache_ttl) if self.frame.cache_ttl else self.frame

    def replies(self) -> list[BaseModel | None]:
        """The reply to each question, None where a request ended without one. Raises HierarchyUnfinished."""
        standings = list(self._standings())
        if lacking := sum(bool(standing.lacking) for standing in standings):
            raise HierarchyUnfinished(
                f"{self.prompt}, level {self.level}: {lacking:,} of {len(standings):,} requests were not sent. Start "
                "again: what was answered is kept, and is not asked again."
            )
        answers = [standing.answered.get(self.prompt) for standing in standings]
        return [read_reply(self.prompt, form_fields(answer.reply)) if answer else None for answer in answers]

    @property
    def _pair(self) -> tuple[str, str]:
        return self.prompt, prompt_version(self.prompt)

    def _content(self, ask: Ask) -> str:
        return hashlib.sha256(f"{self.prompt}\x1f{ask.user}".encode()).hexdigest()

    def _standings(self) -> Iterator[Standing]:
        for start in range(0, len(self.asks), AT_ONCE):
            contents = [self._content(ask) for ask in self.asks[start : start + AT_ONCE]]
            answers = self.store.answers_of(contents, self.prompt, self.frame.model)
            outcomes = self.store.outcomes_of(contents, self.prompt, self.frame.model)
            for content in contents:
                yield standing_of(answers.get(content, []), outcomes.get(content, []), (self._pair,))
