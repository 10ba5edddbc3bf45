"""The estimate of one home: which requests the due weeks still need, by facets and tasks.

Prices and sums stand in estimate.py; nothing is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from economic_index.assign.descriptions import FACET_COLUMNS
from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES, TRANSCRIPTS
from economic_index.facets.asking import FacetPlan
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
from economic_index.llm.transcript import estimate_tokens
from economic_index.vocabulary import Algorithm, Facet

DESCRIBED_CHARS = 620
"""Of a request, its evidence, their fences and the closing line, as they usually are."""
_NOTHING = Sizes(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Estimator:
    """Reads the home and the store of answers."""

    lake: Lake
    engine: ModelEngine

    def rows(self, weeks: Sequence[date], today: date) -> pd.DataFrame:
        """Rows of lake/cost_estimate for these weeks."""
        settings = self.engine.settings
        return estimate([self._facets(weeks), self._tasks(weeks)], settings.model, self.engine.prices, today)

    def _facets(self, weeks: Sequence[date]) -> Expected:
        questions, store = self.engine.settings.questions(), self.engine.store
        conversations = answered = requests = 0
        sizes: Sizes | None = None
        for week in weeks:
            contents = frozenset(self.lake.read_week(CONVERSATIONS, week)["content_hash"])
            plan = FacetPlan(questions, store, contents)
            conversations += len(contents)
            requests += plan.pending()
            answered += len(contents) - plan.pending()
            if sizes is None and plan.pending():
                batches = first_batches(self.lake.scan_week(TRANSCRIPTS, week), LOOKED_AT * 5)
                sizes = sizes_of(plan.requests(batches), output_tokens(store, "facets", questions.model))
        return Expected("facets", conversations, answered, requests, sizes or _NOTHING)

    def _tasks(self, weeks: Sequence[date]) -> Expected:
        """Known where the facets are; else as many as usually are work."""
        engine = self.engine
        conversations = answered = 0
        requests = 0.0
        for week in weeks:
            count = len(self.lake.read_week(CONVERSATIONS, week))
            facets = self.lake.read_week(FACET_SUMMARIES, week)
            conversations += count
            plan = engine.algorithms.plan(Algorithm.CHOICE, facets[[*FACET_COLUMNS]])
            pending = sum(each.pending() for each in plan.rounds()) if len(facets) else 0
            answered += plan.open_count - pending if len(facets) else 0
            requests += pending + max(0, count - len(facets)) * USUAL_OCCUPATIONAL
        sizes = self._task_sizes() if requests else _NOTHING
        return Expected("task", conversations, answered, round(requests), sizes)

    def _task_sizes(self) -> Sizes:
        """A request as it would be about a description of usual length, with the first options of the set."""
        engine = self.engine
        texts = [text for _, text in engine.sentences()]
        options = "".join(texts[:: max(1, len(texts) // 20)][:20])
        frame = engine.task_questions.frame
        tokens = estimate_tokens(options + "x" * DESCRIBED_CHARS)
        prefix = frame.prefix_tokens if frame.cache_ttl else 0
        output = output_tokens(engine.store, Facet.TASK.value, engine.settings.model)
        return Sizes(prefix, tokens + (0 if prefix else frame.prefix_tokens), output)
