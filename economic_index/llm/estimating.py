"""The estimate of one home: which requests the due weeks still need, by what they ask.

Prices and sums stand in estimate.py; nothing is sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from economic_index.assign.algorithms import parts_of
from economic_index.assign.descriptions import FACET_COLUMNS
from economic_index.assign.hierarchy_build import HierarchyShape, expected_requests
from economic_index.assign.sample import is_drawn, wants_hierarchy
from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES, TRANSCRIPTS
from economic_index.facets.asking import FacetPlan
from economic_index.facets.prompts import HIERARCHY_STEP
from economic_index.facets.second import WAYS, SecondFacets
from economic_index.lake import Lake
from economic_index.llm.engine import ModelEngine
from economic_index.llm.estimate import (
    LOOKED_AT,
    USUAL_OCCUPATIONAL,
    Expected,
    Sizes,
    estimate,
    first_batches,
    output_tokens,
    sizes_of,
)
from economic_index.llm.store import AnswerStore
from economic_index.llm.usual_sizes import building_sizes, choice_sizes, step_sizes
from economic_index.vocabulary import Algorithm, Facet, Purpose

STEPS = HierarchyShape().level_count
BUILDING = "hierarchy"
_NOTHING = Sizes(0.0, 0.0, 0.0)
_REQUESTS = {Algorithm.CHOICE: 1, Algorithm.HIERARCHY: STEPS}
_PROMPTS = {Algorithm.CHOICE: Facet.TASK.value, Algorithm.HIERARCHY: HIERARCHY_STEP}


@dataclass(frozen=True)
class Estimator:
    """Reads the home and the store of answers."""

    lake: Lake
    engine: ModelEngine

    def rows(self, weeks: Sequence[date], today: date) -> pd.DataFrame:
        """Rows of lake/cost_estimate for these weeks."""
        settings = self.engine.settings
        facets = self._facets(weeks)
        builds_hierarchy = not self._has_hierarchy and wants_hierarchy(
            settings.algorithm, settings.sample_share, self.lake.count_rows(CONVERSATIONS)
        )
        expected = [facets, *[self._tasks(weeks, part) for part in parts_of(settings.algorithm)]]
        if settings.sample_share:
            expected += [self._second_facets(weeks, facets.sizes), *self._second_tasks(weeks, builds_hierarchy)]
        if builds_hierarchy:
            expected.append(self._building())
        return estimate(expected, settings.model, self.engine.prices, today)

    def _facets(self, weeks: Sequence[date]) -> Expected:
        conversations = answered = requests = 0
        sizes: Sizes | None = None
        for week in weeks:
            contents = frozenset(self.lake.read_week(CONVERSATIONS, week)["content_hash"])
            plan = FacetPlan(self.engine.settings.questions(), self.engine.store, contents)
            conversations += len(contents)
            requests += plan.pending()
            answered += len(contents) - plan.pending()
            sizes = sizes or self._facet_sizes(week, contents)
        return Expected("facets", conversations, answered, requests, sizes or _NOTHING)

    def _facet_sizes(self, week: date, contents: frozenset[str]) -> Sizes | None:
        """Measured on the first conversations of the week, answered or not."""
        questions = self.engine.settings.questions()
        nothing_known = FacetPlan(questions, AnswerStore("sqlite://"), contents)
        batches = first_batches(self.lake.scan_week(TRANSCRIPTS, week), LOOKED_AT)
        return sizes_of(nothing_known.requests(batches), output_tokens(self.engine.store, "facets", questions.model))

    def _tasks(self, weeks: Sequence[date], algorithm: Algorithm) -> Expected:
        """Known where the facets are; else as many as usually are work."""
        conversations = answered = 0
        requests = 0.0
        for week in weeks:
            count, facets = len(self.lake.read_week(CONVERSATIONS, week)), self.lake.read_week(FACET_SUMMARIES, week)
            conversations += count
            requests += max(0, count - len(facets)) * USUAL_OCCUPATIONAL
            if len(facets):
                pending, of = self._pending(facets[[*FACET_COLUMNS]], algorithm)
                answered += of - pending
                requests += pending
        requests *= _REQUESTS[algorithm]
        sizes = self._sizes(algorithm) if requests else _NOTHING
        return Expected(_PROMPTS[algorithm], conversations, answered * _REQUESTS[algorithm], round(requests), sizes)

    def _pending(self, facets: pd.DataFrame, algorithm: Algorithm, purpose: Purpose = Purpose.MAIN) -> tuple[int, int]:
        """Conversations whose task is still to be asked for, and of how many; none was where no hierarchy is."""
        plan = self.engine.algorithms.plan(Algorithm.CHOICE, facets, purpose)
        if algorithm is Algorithm.HIERARCHY:
            if not self._has_hierarchy:
                return plan.open_count, plan.open_count
            plan = self.engine.algorithms.plan(algorithm, facets, purpose)
        return next(iter(plan.rounds())).pending(), plan.open_count

    def _second_facets(self, weeks: Sequence[date], sizes: Sizes) -> Expected:
        settings, conversations, requests = self.engine.settings, 0, 0
        for week in weeks:
            drawn = self._drawn(week)
            contents = drawn["content_hash"].tolist()
            asked = SecondFacets(settings.questions(), self.engine.store, settings.engine, contents, contents)
            conversations += len(drawn)
            requests += asked.pending()
        return Expected("facets, again", conversations, conversations * len(WAYS) - requests, requests, sizes)

    def _second_tasks(self, weeks: Sequence[date], builds_hierarchy: bool) -> Iterator[Expected]:
        """By algorithm: the main one is asked again in each way, the other one once where there is a hierarchy."""
        main, *joined = parts_of(self.engine.settings.algorithm)
        is_compared = (builds_hierarchy or self._has_hierarchy) and not joined
        for algorithm in (Algorithm.CHOICE, Algorithm.HIERARCHY):
            purposes = list(WAYS.values()) if algorithm is main else [Purpose.MAIN] * is_compared
            if purposes:
                yield self._again(weeks, algorithm, purposes)

    def _again(self, weeks: Sequence[date], algorithm: Algorithm, purposes: Sequence[Purpose]) -> Expected:
        conversations = answered = 0
        requests = 0.0
        for week in weeks:
            drawn, facets = self._drawn(week), self.lake.read_week(FACET_SUMMARIES, week)
            known = facets.loc[facets["conversation_id"].isin(drawn["conversation_id"]), [*FACET_COLUMNS]]
            conversations += len(drawn)
            requests += (len(drawn) - len(known)) * USUAL_OCCUPATIONAL * len(purposes)
            for purpose in purposes if len(known) else ():
                pending, of = self._pending(known, algorithm, purpose)
                answered += of - pending
                requests += pending
        each = _REQUESTS[algorithm]
        sizes = self._sizes(algorithm) if requests else _NOTHING
        return Expected(f"{_PROMPTS[algorithm]}, again", conversations, answered * each, round(requests * each), sizes)

    def _building(self) -> Expected:
        """About one request a sentence; most of them assign one to a kind of work."""
        texts = [text for _, text in self.engine.sentences()]
        expected = expected_requests(len(texts), HierarchyShape())
        model = self.engine.settings.model
        sizes = building_sizes(model, texts, output_tokens(self.engine.store, HIERARCHY_STEP, model))
        return Expected(BUILDING, len(texts), 0, expected.total(), sizes)

    @property
    def _has_hierarchy(self) -> bool:
        return self.engine.hierarchy_rows() is not None

    def _drawn(self, week: date) -> pd.DataFrame:
        rows = self.lake.read_week(CONVERSATIONS, week)
        return rows.loc[is_drawn(rows["content_hash"], self.engine.settings.sample_share)]

    def _sizes(self, algorithm: Algorithm) -> Sizes:
        engine = self.engine
        texts = [text for _, text in engine.sentences()]
        output = output_tokens(engine.store, _PROMPTS[algorithm], engine.settings.model)
        if algorithm is Algorithm.HIERARCHY:
            return step_sizes(engine.settings.model, texts, output)
        return choice_sizes(engine.task_questions, texts, output)
