"""lake/facet_summaries: the answers to the facet questions, one row per conversation; with them lake/vector_summaries.

The engine is handed in: this asset does not know which one it is.
"""

from collections.abc import Callable, Iterator
from datetime import date

import dagster as dg

from assets.engine_changes import EngineChangeCheck
from assets.table import weekly_table
from assets.weeks import TextScan, WeekRows, Weeks
from economic_index.classifier import Classifier, Watch
from economic_index.contracts.drift import VECTOR_SUMMARIES
from economic_index.contracts.lake import FACET_SUMMARIES, FACET_SUMMARIES_REJECTED
from economic_index.drift.answers import FACETS
from economic_index.drift.engine_changes import LEAST_AGREEMENT, beside_the_old
from economic_index.drift.vector_summaries import summaries_of
from economic_index.due import Stage
from economic_index.lake import Lake


def facet_summaries_asset(stage: Stage, least_agreement: float = LEAST_AGREEMENT) -> dg.AssetsDefinition:
    """The asset at the given stage; an engine that agrees less with the one before it is told by a check."""

    @weekly_table(
        FACET_SUMMARIES_REJECTED,
        VECTOR_SUMMARIES,
        FACET_SUMMARIES,
        stage=stage,
        group="classification",
        kinds={"python", "parquet"},
        change_check=EngineChangeCheck(tuple(map(str, FACETS)), least_agreement),
    )
    def facet_summaries(
        conversations: Weeks,
        transcripts: TextScan,
        engine: Classifier,
        lake: Lake,
        progress: Callable[[str, int, int], None],
        watch: Callable[[date], Watch],
    ) -> Iterator[WeekRows]:
        """One row per conversation: the answers, and the engine that gave them."""
        for week in conversations:
            rows, rejected = engine.label(
                week.rows,
                transcripts.of(week.week_start),
                lambda done, of: progress("classified", done, of),
                watch(week.week_start),
            )
            rows = beside_the_old(lake, FACET_SUMMARIES, week.week_start, week.rows, rows)
            summaries = summaries_of(engine, week.rows, transcripts.of(week.week_start))
            yield WeekRows(week.week_start, (rejected, summaries, rows))

    return facet_summaries
