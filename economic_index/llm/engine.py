"""The engine that reads: facets and tasks by a model behind the Messages protocol, out of one answer store.

It holds the parts together; what each does stands in its own module. It never logs, and keeps no text itself.
"""

import asyncio
import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa

from economic_index.assign.candidates import Candidates, RequestVectors, candidates_version, open_candidates, sentences
from economic_index.assign.choice import TaskQuestions
from economic_index.assign.choosing import TaskAnswers, TaskPlan
from economic_index.classifier import Report, Rows, Watch
from economic_index.facets.answering import FacetAnswers
from economic_index.facets.asking import USUAL_BUDGET, FacetPlan, FacetQuestions
from economic_index.facets.prompts import DEFAULT_FACETS, facet_version
from economic_index.llm.batch_settings import BatchSettings
from economic_index.llm.batch_store import open_batches
from economic_index.llm.batches import BatchTransport
from economic_index.llm.client import Endpoint
from economic_index.llm.live import LiveSettings, LiveTransport, RunContext
from economic_index.llm.pace import Limits, Pace
from economic_index.llm.prices import Prices
from economic_index.llm.request import Request
from economic_index.llm.run_state import RunState
from economic_index.llm.spending import Budget
from economic_index.llm.store import AnswerStore
from economic_index.llm.tolerance import check_tolerance
from economic_index.local.bank import statement_weights
from economic_index.local.embedder import Embedder, encoder_hash
from economic_index.local.kernel import choose_kernel
from economic_index.local.vectors import VectorStore
from economic_index.taxonomy import facts
from economic_index.vocabulary import Engine, Facet, State, Transport

MODEL = "claude-haiku-5-5"
BATCH_FROM = 500
"""Pending requests from which on the transport `auto` takes a batch."""
CACHE_TTL = {Transport.LIVE: "5m", Transport.BATCH: "1h"}


def _spare_what_is_there() -> None:
    """What is there already is no garbage of this run, and looking through it again and again takes time."""
    gc.collect()
    gc.freeze()


def _silent(done: int, of: int) -> None:
    """No one listens."""


@dataclass(frozen=True)
class EngineSettings:
    """Everything that a person can set of this engine."""

    engine: Engine
    endpoint: Endpoint
    model: str = MODEL
    facets: tuple[Facet, ...] = DEFAULT_FACETS
    salt: bytes = field(default=b"", repr=False)
    token_budget: int = USUAL_BUDGET
    transport: Transport = Transport.LIVE
    live: LiveSettings = field(default_factory=LiveSettings)
    batch: BatchSettings = field(default_factory=BatchSettings)
    limits: Limits = field(default_factory=Limits)
    budget_micro_usd: int | None = None
    tolerated: float = 0.05
    onet_version: str = "20.1"

    def questions(self, cache_ttl: str = "5m") -> FacetQuestions:
        """The facets as this engine asks them; how long a prefix is cached changes no answer."""
        return FacetQuestions(self.model, self.facets, self.salt, self.token_budget, cache_ttl)


@dataclass
class ModelEngine:
    """A model behind the Messages protocol; one for the life of a process."""

    settings: EngineSettings
    store: AnswerStore
    prices: Prices
    statements: pd.DataFrame
    model_dir: Path
    vectors_path: Path
    run_id: str
    now: Callable[[], datetime]
    spool: Path
    """Where requests of batches wait on disk; they hold text, and are deleted when their batch is collected."""
    report_index: Report = field(default=_silent, repr=False)

    def label(
        self, conversations: pd.DataFrame, batches: Iterator[pa.RecordBatch], report: Report, watch: Watch
    ) -> tuple[Rows, pd.DataFrame]:
        """Rows of lake/facet_summaries in order of their ids, and the dead letters; what is known is not asked again.

        Raises:
            TooManyFailures: more failed than is tolerated, or the budget is spent; what was answered is kept.
            RunStopped: no request can go through.
        """
        _spare_what_is_there()
        rows = conversations.sort_values("conversation_id")
        ids, contents = rows["conversation_id"].tolist(), rows["content_hash"].tolist()
        questions = self.settings.questions()
        plan = FacetPlan(questions, self.store, frozenset(contents))
        way = self._way(plan.pending())
        plan.questions = self.settings.questions(CACHE_TTL[way])
        state = self._send(plan.requests(batches), plan.pending(), way, report, watch)
        self.store.share(plan.subjects)
        answers = FacetAnswers(questions, self.store, self.settings.engine, plan.empty, plan.seen)
        rejected = answers.rejected(ids, contents)
        self._check(rejected, len(ids), state)
        return answers.batches(ids, contents), rejected

    def map_tasks(
        self,
        conversations: pd.DataFrame,
        facets: pd.DataFrame,
        batches: Iterator[pa.RecordBatch],
        report: Report,
        watch: Watch,
    ) -> tuple[Rows, pd.DataFrame]:
        """Rows of lake/onet_task_mappings and the dead letters; no transcript is read. Raises as `label` does."""
        _spare_what_is_there()
        wanted = facets.loc[facets["conversation_id"].isin(conversations["conversation_id"])]
        questions = self.task_questions
        plan = TaskPlan(questions, self.settings.questions(), self.store, wanted.sort_values("conversation_id"))
        way = self._way(plan.pending())
        plan.questions = replace(questions, cache_ttl=CACHE_TTL[way], _frames=[])
        state = self._send(plan.requests(self._open_candidates), plan.pending(), way, report, watch)
        answers = TaskAnswers(plan, self.settings.engine, self._statements, self.settings.onet_version)
        rejected = answers.rejected()
        self._check(rejected, plan.open_count, state)
        return answers.batches(), rejected

    def retry(self, states: Collection[State], contents: Sequence[str]) -> int:
        """Forget that requests about these contents ended without an answer, so that they are made again."""
        return self.store.drop_outcomes(states, contents)

    def _check(self, rejected: pd.DataFrame, asked: int, state: RunState) -> None:
        check_tolerance(rejected, asked, self.settings.tolerated, state, self._budget())

    def _way(self, pending: int) -> Transport:
        """How to ask: many at half the price in a batch, few at once; what a batch has claimed is waited for."""
        if self.settings.transport is not Transport.AUTO and not open_batches(self.store, self.now()):
            return self.settings.transport
        is_many = pending >= BATCH_FROM or open_batches(self.store, self.now())
        return Transport.BATCH if is_many else Transport.LIVE

    def _send(
        self, requests: Iterable[Request], pending: int, way: Transport, report: Report, watch: Watch
    ) -> RunState:
        state = RunState(total=pending)
        if not pending:
            for _ in requests:  # nothing is lacking, but what has nothing to read must be found
                pass
            return state

        def tick(now: RunState) -> None:
            report(now.done, now.total)
            watch.observe(now.numbers())

        context = RunContext(self.run_id, watch.week_start, self.now)
        asyncio.run(self._run(requests, way, context, state, tick))
        tick(state)
        return state

    async def _run(
        self,
        requests: Iterable[Request],
        way: Transport,
        context: RunContext,
        state: RunState,
        tick: Callable[[RunState], None],
    ) -> None:
        settings, prices, budget = self.settings, self.prices, self._budget()
        transport: BatchTransport | LiveTransport
        if way is Transport.BATCH:
            transport = BatchTransport(
                settings.endpoint, self.store, prices, budget, context, state, settings.batch, self.spool
            )
        else:
            pace = Pace(settings.limits)
            transport = LiveTransport(
                settings.endpoint, self.store, prices, budget, pace, context, state, settings.live
            )
        await transport.run(requests, tick)

    def _budget(self) -> Budget:
        return Budget(self.settings.budget_micro_usd, self.store.spent_micro_usd())

    @cached_property
    def task_questions(self) -> TaskQuestions:
        """The choice of tasks as this engine asks it."""
        version = candidates_version(self.statements, self.settings.onet_version, encoder_hash(choose_kernel()))
        return TaskQuestions(self.settings.model, self.settings.salt, version)

    def option_texts(self) -> list[str]:
        """The sentences among which tasks are chosen, without their vectors."""
        return sentences(self.statements, self.settings.onet_version)[2]

    def _open_candidates(self) -> tuple[Candidates, RequestVectors]:
        return self._candidates

    @cached_property
    def _candidates(self) -> tuple[Candidates, RequestVectors]:
        embedder, vectors = Embedder(self.model_dir), VectorStore(self.vectors_path)
        candidates = open_candidates(self.statements, self.settings.onet_version, embedder, vectors, self.report_index)
        maker = f"{embedder.model_hash}.request-{self.settings.model}-{facet_version(Facet.REQUEST)}"
        return candidates, RequestVectors(embedder, vectors, maker)

    @cached_property
    def _statements(self) -> dict[str, dict[str, float]]:
        return statement_weights(facts.load("onet_tasks"), self.settings.onet_version)
