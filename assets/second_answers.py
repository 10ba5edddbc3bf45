"""lake/second_answers: a drawn sample of each week, asked again in other ways, beside the main answers.

Only where the engine asks a model. How often the answers agree is dbt's to say.
"""

from collections.abc import Callable, Iterator
from datetime import date

import dagster as dg

from assets.table import weekly_table
from assets.weeks import TextScan, WeekRows, Weeks
from economic_index.classifier import Watch
from economic_index.contracts.hierarchy import SECOND_ANSWERS
from economic_index.contracts.lake import ONET_TASK_MAPPINGS
from economic_index.due import Stage
from economic_index.llm.engine import ModelEngine


def second_answers_asset(stage: Stage) -> dg.AssetsDefinition:
    """The asset at the given stage."""

    @weekly_table(
        SECOND_ANSWERS,
        stage=stage,
        group="classification",
        kinds={"python", "parquet"},
        extra_deps=(ONET_TASK_MAPPINGS, *stage.references),
    )
    def second_answers(
        conversations: Weeks,
        facet_summaries: Weeks,
        transcripts: TextScan,
        engine: ModelEngine,
        progress: Callable[[str, int, int], None],
        watch: Callable[[date], Watch],
    ) -> Iterator[WeekRows]:
        """Drawn again, in another order, in other words, by the other algorithm."""
        for week in conversations:
            rows = engine.second_answers(
                week.rows,
                facet_summaries.of(week.week_start),
                transcripts.of(week.week_start),
                lambda done, of: progress("asked again", done, of),
                watch(week.week_start),
            )
            yield WeekRows(week.week_start, (rows,))

    return second_answers
