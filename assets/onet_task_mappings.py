"""lake/onet_task_mappings: the O*NET tasks that each conversation serves, with weights that sum to one.

Shares of statements among occupations are dbt's; nothing is split here.
"""

from collections.abc import Callable, Iterator
from datetime import date

import dagster as dg

from assets.engine_changes import EngineChangeCheck
from assets.table import weekly_table
from assets.weeks import TextScan, WeekRows, Weeks
from economic_index.classifier import Classifier, Watch
from economic_index.contracts.lake import ONET_TASK_MAPPINGS, ONET_TASK_MAPPINGS_REJECTED
from economic_index.contracts.reference import BANK_LINKS, BANK_TASKS
from economic_index.drift.answers import TASKS
from economic_index.drift.engine_changes import LEAST_AGREEMENT, beside_the_old
from economic_index.due import Stage
from economic_index.lake import Lake


def onet_task_mappings_asset(stage: Stage, least_agreement: float = LEAST_AGREEMENT) -> dg.AssetsDefinition:
    """The asset at the given stage; a bank or engine that agrees less with the one before it is told by a check."""

    @weekly_table(
        ONET_TASK_MAPPINGS_REJECTED,
        ONET_TASK_MAPPINGS,
        stage=stage,
        group="classification",
        kinds={"python", "parquet"},
        extra_deps=tuple(dict.fromkeys((BANK_TASKS, BANK_LINKS, *stage.references))),
        change_check=EngineChangeCheck(TASKS, least_agreement),
    )
    def onet_task_mappings(
        conversations: Weeks,
        facet_summaries: Weeks,
        transcripts: TextScan,
        engine: Classifier,
        lake: Lake,
        progress: Callable[[str, int, int], None],
        watch: Callable[[date], Watch],
    ) -> Iterator[WeekRows]:
        """One to three picks per conversation."""
        for week in conversations:
            rows, rejected = engine.map_tasks(
                week.rows,
                facet_summaries.of(week.week_start),
                transcripts.of(week.week_start),
                lambda done, of: progress("tasks chosen", done, of),
                watch(week.week_start),
            )
            rows = beside_the_old(lake, ONET_TASK_MAPPINGS, week.week_start, week.rows, rows)
            yield WeekRows(week.week_start, (rejected, rows))

    return onet_task_mappings
