"""lake/conversations and lake/transcripts: one week of conversations, each in its latest version.

Reading and repairing happened in raw_logs.py; nothing is classified here.
"""

from collections.abc import Callable, Iterator
from datetime import date

import dagster as dg

from assets.table import weekly_table
from assets.weeks import WeekRows
from economic_index.contracts.lake import CONVERSATIONS, RAW_LOGS, TRANSCRIPTS, WEIGHTS
from economic_index.conversations.weekly import conversations_of_week
from economic_index.due import Stage
from economic_index.lake import Lake


def conversations_asset(stage: Stage) -> dg.AssetsDefinition:
    """The asset at the given stage."""

    @weekly_table(
        TRANSCRIPTS,
        CONVERSATIONS,
        stage=stage,
        group="conversations",
        kinds={"python", "parquet"},
        extra_deps=(RAW_LOGS, WEIGHTS),
        pool="inbox",  # a reading adds to what a week takes out
        after_commit=Lake.clear_inbox,  # not in the body, which also goes on after a week that was refused
    )
    def conversations(
        weeks: tuple[date, ...], lake: Lake, progress: Callable[[str, int, int], None]
    ) -> Iterator[WeekRows]:
        """Conversations and their messages, written together."""
        for number, week in enumerate(weeks, start=1):
            rows, transcripts = conversations_of_week(lake, week)
            yield WeekRows(week, (transcripts, rows))
            progress("weeks sorted", number, len(weeks))

    return conversations
