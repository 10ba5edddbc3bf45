"""A home that builds a hierarchy over some sentences of the bank, and sends conversations down it, by live requests."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from economic_index.assign.candidates import Candidates, sentences
from economic_index.assign.hierarchy_build import HierarchyBuild, HierarchyShape
from economic_index.assign.traversal import StepQuestions
from economic_index.assign.traversal_plan import TraversalPlan
from economic_index.contracts.lake import TRANSCRIPTS
from economic_index.facets.answering import FacetAnswers
from economic_index.facets.asking import FacetPlan, FacetQuestions
from economic_index.facets.prompts import DEFAULT_FACETS
from economic_index.llm.client import Endpoint
from economic_index.llm.live import LiveSettings, LiveTransport, RunContext
from economic_index.llm.pace import Limits, Pace
from economic_index.llm.prices import Prices
from economic_index.llm.request import Request
from economic_index.llm.run_state import RunState
from economic_index.llm.spending import Budget
from economic_index.llm.store import AnswerStore
from economic_index.local.embedder import Embedder
from economic_index.vocabulary import Engine

MODEL, SALT, ONET_VERSION = "claude-haiku-5-5", b"salt", "20.1"
SHAPE = HierarchyShape(top_count=4, neighbourhood=20)
NO_STATEMENTS = pd.DataFrame({"onet_version": [], "statement_hash": [], "statement": []})


def embedded_once(embedder: Embedder) -> Callable:
    known: dict[str, np.ndarray] = {}

    def embed(texts):
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, embedder.embed(new), strict=True))
        return np.stack([known[text] for text in texts])

    return embed


def sentences_of_the_bank(embed: Callable, step: int) -> Candidates:
    kind, ids, texts = sentences(NO_STATEMENTS, ONET_VERSION)
    return Candidates(kind, tuple(ids[::step]), tuple(texts[::step]), embed(texts[::step]), "some")


class Killed(Exception):
    """What a test raises where a process would die."""


def until(requests: Iterable[Request], count: int):
    """The first requests, and then the end, with others still in flight."""
    for number, request in enumerate(requests):
        if number == count:
            raise Killed
        yield request


def talk(number: int) -> list[dict]:
    said = [("user", f"Please draft reply number {number} to a customer."), ("assistant", f"Here is draft {number}.")]
    return [{"role": role, "text": text, "has_attachment": False} for role, text in said]


def content(number: int) -> str:
    return hashlib.sha256(f"talk {number}".encode()).hexdigest()[:32]


def transcripts(numbers) -> pa.RecordBatch:
    rows = [
        {
            "conversation_id": f"c{n:04d}",
            "content_hash": content(n),
            "messages": [message | {"sent_at": None, "model": None} for message in talk(n)],
        }
        for n in numbers
    ]
    return pa.RecordBatch.from_pylist(rows, schema=TRANSCRIPTS.arrow_schema())


@dataclass
class Home:
    """One answer store, and what is sent from it."""

    url: str
    path: Path
    sentences: Candidates
    embed: Callable
    budget: int | None = None
    store: AnswerStore = field(init=False)

    def __post_init__(self):
        self.store = AnswerStore(f"sqlite:///{self.path}")

    def ask(self, requests: Iterable[Request]) -> RunState:
        state = RunState()

        async def go():
            transport = LiveTransport(
                Endpoint(self.url, "a-key-that-nobody-may-see", is_rehearsal=True),
                self.store,
                Prices(),
                Budget(self.budget, self.store.spent_micro_usd()),
                Pace(Limits(None, None, None)),
                RunContext("run", date(2026, 1, 5), lambda: datetime.now(UTC)),
                state,
                LiveSettings(concurrency=16, deadline=5.0, longest_wait=0.02),
            )
            return await transport.run(requests)

        return asyncio.run(go())

    def send(self, phase) -> None:
        self.ask(phase.requests())

    def build(self, shape: HierarchyShape = SHAPE) -> HierarchyBuild:
        return HierarchyBuild(
            self.sentences, ONET_VERSION, self.embed, self.store, MODEL, Engine.REHEARSAL, SALT, shape=shape
        )

    # conversations

    @property
    def facet_questions(self) -> FacetQuestions:
        return FacetQuestions(MODEL, DEFAULT_FACETS, SALT)

    def label(self, numbers) -> pd.DataFrame:
        """Rows of lake/facet_summaries."""
        names, contents = [f"c{n:04d}" for n in numbers], [content(n) for n in numbers]
        plan = FacetPlan(self.facet_questions, self.store, frozenset(contents))
        self.ask(plan.requests([transcripts(numbers)]))
        answers = FacetAnswers(self.facet_questions, self.store, Engine.REHEARSAL, plan.empty, plan.seen)
        return pa.Table.from_batches(list(answers.batches(names, contents))).to_pandas()

    def plan(self, hierarchy, facets, **changes) -> TraversalPlan:
        return TraversalPlan(StepQuestions(MODEL, SALT, hierarchy, **changes), self.facet_questions, self.store, facets)

    def descend(self, plan: TraversalPlan) -> list[int]:
        """Send every level; how many requests each took."""
        counts = []
        for step in plan.rounds():
            counts.append(step.pending())
            self.ask(step.requests("5m"))
        return counts
