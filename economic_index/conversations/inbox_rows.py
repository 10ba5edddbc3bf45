"""Rows of the inbox as Arrow tables: columns of lake/conversations and lake/transcripts, and the reading.

Where the inbox lies is known to lake.py alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from economic_index.contracts.lake import CONVERSATIONS, MESSAGE
from economic_index.conversations.normalise import Row
from economic_index.lake import Lake, week_of

MESSAGES = pa.list_(MESSAGE)
INBOX_SCHEMA = pa.schema(
    [
        *CONVERSATIONS.arrow_schema(),
        pa.field("messages", MESSAGES, nullable=False),
        pa.field("reading_id", pa.string(), nullable=False),
    ]
)


def to_table(rows: Sequence[Row], reading_id: str) -> pa.Table:
    """Rows as one table of INBOX_SCHEMA."""
    columns = [
        pa.array([row.values[column.name] for row in rows], column.type) for column in CONVERSATIONS.arrow_schema()
    ]
    columns += [_messages(rows), pa.array([reading_id] * len(rows), pa.string())]
    return pa.Table.from_arrays(columns, schema=INBOX_SCHEMA)


def _messages(rows: Sequence[Row]) -> pa.Array:
    flat = [message for row in rows for message in row.messages]
    parts = zip(*flat, strict=True) if flat else [()] * len(MESSAGE)
    arrays = [pa.array(list(part), field.type) for part, field in zip(parts, MESSAGE, strict=True)]
    offsets = [0]
    for row in rows:
        offsets.append(offsets[-1] + len(row.messages))
    structs = pa.StructArray.from_arrays(arrays, fields=list(MESSAGE))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs, type=MESSAGES)


@dataclass
class InboxWriter:
    """Collects rows by week and writes them in batches of bounded size.

    Every file is named after the reading, so that a reading that was killed is overwritten by the next.
    """

    lake: Lake
    reading_id: str
    max_chars: int = 64 << 20
    _rows: dict[date, list[Row]] = field(default_factory=dict)
    _chars: dict[date, int] = field(default_factory=dict)
    _total_chars: int = 0
    _batch_counts: dict[date, int] = field(default_factory=dict)

    def add(self, row: Row) -> date:
        """Take a row; returns its week."""
        week = week_of(row.values["started_at"].date())
        self._rows.setdefault(week, []).append(row)
        size = row.values["text_char_count"] + 500
        self._chars[week] = self._chars.get(week, 0) + size
        self._total_chars += size
        if self._total_chars > self.max_chars:
            self._write_fullest()
        return week

    def close(self) -> None:
        """Write what is left."""
        for week in sorted(self._rows):
            self._write(week)

    def forget(self) -> None:
        """Drop what was not written yet; what was written is named by no winner."""
        self._rows.clear()
        self._chars.clear()
        self._total_chars = 0

    def _write_fullest(self) -> None:
        """Write the fullest weeks until half of the limit is free: few, large files."""
        for week in sorted(self._chars, key=lambda each: -self._chars[each]):
            self._write(week)
            if self._total_chars <= self.max_chars // 2:
                return

    def _write(self, week: date) -> None:
        number = self._batch_counts.get(week, 0)
        self._batch_counts[week] = number + 1
        table = to_table(self._rows.pop(week), self.reading_id)
        self._total_chars -= self._chars.pop(week)
        self.lake.add_to_inbox(week, f"{self.reading_id}-{number:05d}", table)
