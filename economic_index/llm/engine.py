"""The engine that reads: facets and tasks by a model behind the Messages protocol, out of one answer store.

It holds the parts together; what each does stands in its own module. It never logs, and keeps no text itself.
"""

import gc
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa

from economic_index.assign.algorithms import Algorithms, Plan, other_than, parts_of, rounds_of
from economic_index.assign.candidates import (
    BANK,
    Candidates,
    RequestVectors,
    candidates_version,
    open_candidates,
    sentences,
)
from economic_index.assign.choice import TaskQuestions
from economic_index.assign.descriptions import Descriptions
from economic_index.assign.hierarchy import HierarchyMissing, hierarchy_of_set, read_hierarchy
from economic_index.assign.hierarchy_build import HierarchyBuild
from economic_index.assign.hierarchy_phase import Phase
from economic_index.assign.links import Links
from economic_index.assign.rows import MappingMaker
from economic_index.assign.sample import is_drawn
from economic_index.assign.second_tasks import SecondTasks
from economic_index.assign.task_rows import answers_of
from economic_index.assign.traversal import StepQuestions
from economic_index.classifier import Report, Rows, Watch
from economic_index.contracts.hierarchy import SECOND_ANSWERS
from economic_index.contracts.lake import FACET_SUMMARIES, ONET_TASK_MAPPINGS
from economic_index.facets.answering import FacetAnswers
from economic_index.facets.asking import PROMPT as FACETS
from economic_index.facets.asking import FacetPlan
from economic_index.facets.prompts import HIERARCHY_BUILD, HIERARCHY_STEP, facet_version
from economic_index.facets.second import SecondFacets
from economic_index.llm.engine_settings import EngineSettings
from economic_index.llm.prices import Prices
from economic_index.llm.run_state import RunState
from economic_index.llm.sending import Sender
from economic_index.llm.store import AnswerStore
from economic_index.llm.tolerance import check_stopped, check_tolerance
from economic_index.local.bank import statement_weights
from economic_index.local.embedder import Embedder, encoder_hash
from economic_index.local.kernel import choose_kernel
from economic_index.local.vectors import VectorStore
from economic_index.taxonomy import facts
from economic_index.vocabulary import Algorithm, Facet, Purpose, State

__all__ = ["EngineSettings", "ModelEngine"]
TASK_PROMPTS = (Facet.TASK.value, HIERARCHY_STEP)
LOOKED_THROUGH_EVERY = 60.0
"""Seconds; weeks of a few conversations take less."""


@dataclass
class _Heap:
    """When what is there was last looked through for garbage, which takes as long as a small week."""

    looked_through: float = float("-inf")

    def spare(self) -> None:
        """What is there already is no garbage of this run, and looking through it again and again takes time."""
        now = time.monotonic()
        if now - self.looked_through >= LOOKED_THROUGH_EVERY:
            gc.unfreeze()
            gc.collect()
            self.looked_through = now
        gc.freeze()


_HEAP = _Heap()


def _silent(done: int, of: int) -> None:
    """No one listens."""


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
    exchange: Path
    """Where requests and answers lie that somebody carries by hand; they hold text."""
    report_index: Report = field(default=_silent, repr=False)
    hierarchies: Callable[[], pd.DataFrame] = field(default=pd.DataFrame, repr=False)
    """Reads reference/task_hierarchy."""
    _opened: StepQuestions | None = field(default=None, init=False, repr=False)

    def label(
        self, conversations: pd.DataFrame, batches: Iterator[pa.RecordBatch], report: Report, watch: Watch
    ) -> tuple[Rows, pd.DataFrame]:
        """Rows of lake/facet_summaries in order of their ids, and the dead letters; what is known is not asked again.

        Raises:
            TooManyFailures: more failed than is tolerated, or the budget is spent; what was answered is kept.
            RunStopped: no request can go through.
        """
        _HEAP.spare()
        rows = conversations.sort_values("conversation_id")
        ids, contents = rows["conversation_id"].tolist(), rows["content_hash"].tolist()
        questions = self.settings.questions()
        plan = FacetPlan(questions, self.store, frozenset(contents))
        state = self.sender.send(lambda ttl: plan.cached_for(ttl).requests(batches), plan.pending(), report, watch)
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
        """Rows of lake/onet_task_mappings and the dead letters; no transcript is read.

        Raises HierarchyMissing where an algorithm needs what was not built, and as `label` does.
        """
        _HEAP.spare()
        algorithm, wanted = self.settings.algorithm, _facets_of(conversations, facets)
        plans = {part: self.algorithms.plan(part, wanted) for part in parts_of(algorithm)}
        state = self._send_rounds(list(plans.values()), report, watch, self._describe(wanted, batches, report, watch))
        maker = MappingMaker(
            self.settings.model,
            None,
            self.algorithms.version(algorithm),
            self.settings.onet_version,
            algorithm,
            self.settings.engine,
        )
        answers = answers_of(plans, self._links, self._kind, maker, self._statement_shares)
        rejected = answers.rejected()
        self._check(rejected, next(iter(plans.values())).open_count, state)
        return answers.batches(), rejected

    def second_answers(
        self,
        conversations: pd.DataFrame,
        facets: pd.DataFrame,
        batches: Iterator[pa.RecordBatch],
        report: Report,
        watch: Watch,
    ) -> pd.DataFrame:
        """Rows of lake/second_answers: a sample of the week, asked again in other ways. Raises as `label` does.

        Without a hierarchy the algorithms are not compared.
        """
        share = self.settings.sample_share
        drawn = conversations.loc[is_drawn(conversations["content_hash"], share)].sort_values("conversation_id")
        ids, contents = drawn["conversation_id"].tolist(), drawn["content_hash"].tolist()
        asked = SecondFacets(self.settings.questions(), self.store, self.settings.engine, ids, contents)
        state = self.sender.send(lambda ttl: asked.requests(batches, ttl), asked.pending(), report, watch)
        check_stopped(state, self.sender.budget())  # tasks are asked for once the facets are through
        tasks = SecondTasks(
            self.algorithms,
            self.settings.algorithm,
            _facets_of(drawn, facets),
            has_hierarchy=self.hierarchy_rows() is not None,
        )
        check_stopped(self._send_rounds(list(tasks.plans.values()), report, watch, state), self.sender.budget())
        of_tasks = tasks.rows(self._links, self.settings.engine, self.settings.model, share)
        return _named_alike(pd.concat([asked.rows(share), of_tasks], ignore_index=True))

    def build_hierarchy(self, report: Report, watch: Watch) -> pd.DataFrame:
        """Rows of reference/task_hierarchy over this engine's sentences; where a request fails, nearness stands in.

        Raises TooManyFailures if the budget is spent on the way; what was answered is kept.
        """
        settings = self.settings
        candidates, requests = self._candidates
        build = HierarchyBuild(
            candidates,
            settings.onet_version,
            requests.embedder.embed,
            self.store,
            settings.model,
            settings.engine,
            settings.salt,
        )
        state = RunState()

        def send(phase: Phase) -> None:
            self.sender.send(phase.requests, phase.pending(), report, watch, state)
            check_stopped(state, self.sender.budget())

        return build.run(send).frame()

    def hierarchy_rows(self) -> pd.DataFrame | None:
        """The rows of the hierarchy over this engine's sentences, if one was built; nothing is embedded."""
        engine, version = self.settings.engine.value, self.settings.onet_version
        return hierarchy_of_set(self.hierarchies(), engine, self._kind, version, *self._set[1:])

    def retry(self, table: str, states: Collection[State], contents: Sequence[str]) -> int:
        """Forget that a table's requests about these contents ended without an answer, so that they are made again."""
        is_second = table == SECOND_ANSWERS.name
        prompts = {FACET_SUMMARIES.name: (FACETS,), ONET_TASK_MAPPINGS.name: TASK_PROMPTS}.get(table, ())
        purposes = [purpose for purpose in Purpose if (purpose is Purpose.MAIN) is not is_second]
        dropped = self.store.drop_outcomes(states, contents, prompts or (FACETS, *TASK_PROMPTS), purposes)
        if is_second:
            # the other algorithm's answers are the same wherever they are used
            other = other_than(parts_of(self.settings.algorithm)[0])
            prompt = HIERARCHY_STEP if other is Algorithm.HIERARCHY else Facet.TASK.value
            dropped += self.store.drop_outcomes(states, contents, (prompt,), (Purpose.MAIN,))
        return dropped

    def forget_failed_building(self) -> int:
        """Forget that requests of building a hierarchy ended without an answer; returns how many did."""
        return self.store.drop_outcomes(State, prompts=HIERARCHY_BUILD)

    def _describe(
        self, facets: pd.DataFrame, batches: Iterator[pa.RecordBatch], report: Report, watch: Watch
    ) -> RunState:
        """Ask again for descriptions that the lake's facets had from another store: tasks are found by them."""
        missing = Descriptions(self.settings.questions(), self.store, facets).missing()
        if not missing:
            return RunState()
        plan = FacetPlan(self.settings.questions(), self.store, frozenset(missing))
        return self.sender.send(lambda ttl: plan.cached_for(ttl).requests(batches), plan.pending(), report, watch)

    def _send_rounds(self, plans: Sequence[Plan], report: Report, watch: Watch, state: RunState) -> RunState:
        """Round after round, those of all plans together, on one account."""
        for each in rounds_of(plans):
            if state.stopped:
                break
            self.sender.send(each.requests, each.pending(), report, watch, state)
        return state

    def _check(self, rejected: pd.DataFrame, asked: int, state: RunState) -> None:
        check_tolerance(rejected, asked, self.settings.tolerated, state, self.sender.budget())

    @cached_property
    def sender(self) -> Sender:
        """The ways to the model."""
        return Sender(self.settings, self.store, self.prices, self.run_id, self.now, self.spool, self.exchange)

    @cached_property
    def algorithms(self) -> Algorithms:
        """The algorithms that find tasks."""
        questions = self.settings.questions()
        return Algorithms(self.task_questions, questions, self.store, lambda: self._candidates, lambda: self._steps)

    @cached_property
    def task_questions(self) -> TaskQuestions:
        """The choice of tasks as this engine asks it."""
        version = candidates_version(self.statements, self.settings.onet_version, encoder_hash(choose_kernel()))
        return TaskQuestions(self.settings.model, self.settings.salt, version)

    def sentences(self) -> list[tuple[str, str]]:
        """Ids and texts of what tasks are chosen among, without their vectors."""
        return list(zip(*self._set[1:], strict=True))

    @property
    def _steps(self) -> StepQuestions:
        """The steps down the hierarchy. Raises HierarchyMissing."""
        rows = self.hierarchy_rows()
        if rows is None:
            raise HierarchyMissing(
                "There is no task hierarchy over the sentences of this home: materialise reference/task_hierarchy "
                "first (it is built once), or set OEI_ALGORITHM=choice."
            )
        if self._opened is None or self._opened.hierarchy.hierarchy_id != rows["hierarchy_id"].iloc[0]:
            hierarchy = read_hierarchy(rows, self._candidates[0])
            self._opened = StepQuestions(self.settings.model, self.settings.salt, hierarchy)
        return self._opened

    @cached_property
    def _candidates(self) -> tuple[Candidates, RequestVectors]:
        embedder, vectors = Embedder(self.model_dir), VectorStore(self.vectors_path)
        candidates = open_candidates(self.statements, self.settings.onet_version, embedder, vectors, self.report_index)
        maker = f"{embedder.model_hash}.request-{self.settings.model}-{facet_version(Facet.REQUEST)}"
        return candidates, RequestVectors(embedder, vectors, maker)

    @cached_property
    def _set(self) -> tuple[str, list[str], list[str]]:
        return sentences(self.statements, self.settings.onet_version)

    @property
    def _kind(self) -> str:
        return self._set[0]

    @cached_property
    def _links(self) -> Links:
        shares = self._statement_shares if self._kind == BANK else None
        return Links.of_version(self.settings.onet_version, shares)

    @cached_property
    def _statement_shares(self) -> dict[str, dict[str, float]]:
        return statement_weights(facts.load("onet_tasks"), self.settings.onet_version)


def _named_alike(rows: pd.DataFrame) -> pd.DataFrame:
    """Where one model answered, it is named on rows without an answer, too: it may serve under another name."""
    served = rows.loc[rows["value"].notna(), "model"].unique()
    return rows.assign(model=served[0]) if len(served) == 1 else rows


def _facets_of(conversations: pd.DataFrame, facets: pd.DataFrame) -> pd.DataFrame:
    """The answers about these conversations, in order of their ids."""
    is_wanted = facets["conversation_id"].isin(conversations["conversation_id"])
    return facets.loc[is_wanted].sort_values("conversation_id")
