"""lake/facet_summaries: the answers to the facet questions, one row per conversation.

The engine is handed in: this asset does not know which one it is.
"""

from collections.abc import Callable, Iterator
from datetime import date

import dagster as dg

from assets.table import weekly_table
from assets.weeks import TextScan, WeekRows, Weeks
from economic_index.classifier import Classifier, Watch
from economic_index.contracts.lake import FACET_SUMMARIES, FACET_SUMMARIES_REJECTED
from economic_index.due import Stage


def facet_summaries_asset(stage: Stage) -> dg.AssetsDefinition:
    """The asset at the given stage."""

    @weekly_table(
        FACET_SUMMARIES_REJECTED,
        FACET_SUMMARIES,
        stage=stage,
        group="classification",
        kinds={"python", "parquet"},
    )
    def facet_summaries(
        conversations: Weeks,
        transcripts: TextScan,
        engine: Classifier,
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
            yield WeekRows(week.week_start, (rejected, rows))

    return facet_summaries
