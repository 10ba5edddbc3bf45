"""Retrieve, then choose: a model picks up to three of the nearest statements, or none (method: algorithm b).

The lists are made here and the picks read; how requests are sent is the transport's business.
"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from economic_index.assign.candidates import Candidates, RequestVectors
from economic_index.facets.form import read_reply
from economic_index.facets.prompts import TASK_CLOSING, Prompt, Wording, facet_version, schema_of
from economic_index.facets.task.reply import Reply
from economic_index.llm.models import capability_of
from economic_index.llm.records import StoredAnswer
from economic_index.llm.replies import form_fields
from economic_index.llm.request import Frame, Request, Subject
from economic_index.llm.transcript import estimate_tokens, fence_text
from economic_index.vocabulary import Facet, Purpose

PROMPT = Facet.TASK.value
MAX_TOKENS = 256


class Described(NamedTuple):
    """A conversation as the facets describe it; `answer_key` names the answer that the words are from."""

    conversation_id: str
    content_hash: str
    request: str
    evidence: str
    answer_key: str


@dataclass(frozen=True)
class TaskQuestions:
    """The choice among candidates, for one model, in one wording."""

    model: str
    salt: bytes = field(repr=False)
    candidates_version: str
    cache_ttl: str | None = "5m"
    wording: Wording = Wording.A
    purpose: Purpose = Purpose.MAIN
    draw: int = 0
    _frames: list[Frame] = field(default_factory=list, repr=False)

    def cached_for(self, cache_ttl: str | None) -> "TaskQuestions":
        """The same questions with other cache marks: the same answers."""
        return replace(self, cache_ttl=cache_ttl, _frames=[])

    @property
    def version(self) -> str:
        """Version of the prompt and of the set of candidates: stands in every row."""
        return f"{facet_version(Facet.TASK, self.wording)}-{self.candidates_version}"

    def pair(self, answer_key: str) -> tuple[str, str]:
        """The question as it is looked up: another description of the conversation is another question."""
        return PROMPT, f"{self.version}-{answer_key[:12]}"

    @property
    def frame(self) -> Frame:
        """Rules and schema, the same for all."""
        if not self._frames:
            text = Prompt.read(Facet.TASK, self.wording).text
            capability = capability_of(self.model)
            is_cached = capability.can_cache(estimate_tokens(text))
            self._frames.append(
                Frame(
                    model=self.model,
                    system=(text,),
                    schema=schema_of([Facet.TASK]),
                    max_tokens=capability.max_tokens(MAX_TOKENS),
                    cache_ttl=self.cache_ttl if is_cached else None,
                    **capability.request_options(),
                )
            )
        return self._frames[0]

    def request(self, described: Described, places: Sequence[int], candidates: Candidates) -> Request:
        """The request with the options in an order drawn from the conversation and the purpose."""
        shuffled = list(places)
        seed = f"{described.content_hash}.{self.purpose if self.purpose is Purpose.ORDER else Purpose.MAIN}"
        random.Random(hashlib.sha256(seed.encode()).digest()).shuffle(shuffled)
        options = tuple(candidates.ids[place] for place in shuffled)
        subject = Subject(
            described.content_hash,
            PROMPT,
            self.model,
            self.purpose,
            (self.pair(described.answer_key),),
            options,
        )
        lines = [f"{number}. {candidates.texts[place]}" for number, place in enumerate(shuffled, start=1)]
        user = "\n".join(
            [
                fence_text(described.request, self.salt, "request"),
                fence_text(described.evidence, self.salt, "evidence"),
                "Statements:",
                *lines,
                TASK_CLOSING,
            ]
        )
        return self.frame.request(subject, user, self.draw)

    def requests(
        self, described: Sequence[Described], candidates: Candidates, vectors: RequestVectors
    ) -> Iterator[Request]:
        """One request a conversation."""
        if described:
            found = vectors.of([each.content_hash for each in described], [each.request for each in described])
            for each, places in zip(described, candidates.nearest(found), strict=True):
                yield self.request(each, [int(place) for place in places], candidates)


def picks_of(answer: StoredAnswer) -> dict[str, float]:
    """Candidate to share, heaviest first; empty if none was chosen.

    A number beyond a short list stands for nothing, and its share goes to the others.
    """
    reply = read_reply(PROMPT, form_fields(answer.reply))
    assert isinstance(reply, Reply)
    shares, _ = reply.shares()
    known = {answer.options[number - 1]: share for number, share in shares.items() if number <= len(answer.options)}
    total = sum(known.values())
    return {name: share / total for name, share in known.items()}
