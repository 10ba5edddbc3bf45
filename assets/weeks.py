"""The weekly partitions, and how a weekly asset sees its inputs: lazily, week by week.

Nothing is read until a body asks for a week; text never travels as a frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import dagster as dg
import pandas as pd
import pyarrow as pa

from economic_index.contracts import Table
from economic_index.conversations.weekly import textless_of
from economic_index.erasure.textless import without_rows, without_texts
from economic_index.lake import FIRST_WEEK, Lake

# Monday, UTC; the default of a weekly definition is Sunday.
WEEKS = dg.WeeklyPartitionsDefinition(start_date=FIRST_WEEK.isoformat(), day_offset=1, timezone="UTC")


@dataclass(frozen=True)
class Week:
    """One week of a table."""

    week_start: date
    rows: pd.DataFrame


@dataclass(frozen=True)
class Weeks:
    """A weekly table as an input: iterate over its weeks, or ask for one."""

    lake: Lake
    table: Table
    week_starts: tuple[date, ...]
    has_text_only: bool = False
    """Whether conversations whose text was dropped are left out: a step that reads texts keeps what it had of them."""

    def __iter__(self) -> Iterator[Week]:
        for week_start in self.week_starts:
            yield Week(week_start, self.of(week_start))

    def of(self, week_start: date) -> pd.DataFrame:
        """The rows of one week."""
        rows = self.lake.read_week(self.table, week_start)
        return without_rows(rows, textless_of(self.lake, week_start)) if self.has_text_only else rows


@dataclass(frozen=True)
class TextScan:
    """The transcripts that are kept as an input: Arrow batches of at most 1,000 conversations, sorted by id."""

    lake: Lake
    table: Table

    def of(self, week_start: date) -> Iterator[pa.RecordBatch]:
        """The batches of one week."""
        return without_texts(self.lake.scan_week(self.table, week_start), textless_of(self.lake, week_start))


Rows = pd.DataFrame | Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class WeekRows:
    """What a weekly asset yields: one week of its tables, in the order in which they are declared."""

    week_start: date
    rows: tuple[Rows, ...]
    note: dict[str, int] = field(default_factory=dict)
