"""Rows of the inbox as Arrow tables: columns of lake/conversations and lake/transcripts, and the reading.

Where the inbox lies is known to lake.py alone.
"""

from collections import deque
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa

from economic_index.contracts.columns import MOMENT
from economic_index.contracts.lake import CONVERSATIONS, MESSAGE
from economic_index.conversations.normalise import Row
from economic_index.conversations.transcript import SEPARATOR
from economic_index.lake import Lake, week_of
from economic_index.vocabulary import Role

MESSAGES = pa.list_(MESSAGE)
ROW_BYTES = 4000
"""What the values of a row take in memory beside its text, about."""
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
    """All messages of the rows as one list column; texts are sliced out of the rows' joined bytes."""
    transcripts = [row.transcript for row in rows]
    counts = [len(transcript.roles) for transcript in transcripts]
    arrays = [
        _roles("".join([transcript.roles for transcript in transcripts])),
        _texts([transcript.data for transcript in transcripts]),
        _column([transcript.sent_at for transcript in transcripts], counts, MOMENT, None),
        _column([transcript.models for transcript in transcripts], counts, pa.string(), None),
        _column([transcript.attachments for transcript in transcripts], counts, pa.bool_(), False),
    ]
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(arrays, fields=list(MESSAGE)), type=MESSAGES)


def _roles(letters: str) -> pa.Array:
    is_assistant = np.frombuffer(letters.encode(), dtype=np.uint8) == ord("a")
    names = pa.array([Role.USER.value, Role.ASSISTANT.value])
    return names.take(pa.array(is_assistant.astype(np.int32)))


def _texts(parts: list[bytes]) -> pa.Array:
    """Texts lie end to end once the separators are out: their places are the offsets."""
    joined = SEPARATOR.encode().join(parts)
    places = np.flatnonzero(np.frombuffer(joined, dtype=np.uint8) == ord(SEPARATOR))
    ends = places - np.arange(len(places))
    offsets = np.concatenate([[0], ends, [len(joined) - len(places)]]).astype(np.int32)
    values = joined.replace(SEPARATOR.encode(), b"")
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(values))


def _column(parts: list[Sequence[Any] | None], counts: list[int], kind: pa.DataType, empty: Any) -> pa.Array:
    """One value per message; a conversation without any is filled with `empty`."""
    total = sum(counts)
    if not any(parts):
        return pa.array([empty], kind).take(pa.array(np.zeros(total, np.int32)))
    filled = [
        value
        for part, count in zip(parts, counts, strict=True)
        for value in (part if part is not None else [empty] * count)
    ]
    return pa.array(filled, kind)


@dataclass
class InboxWriter:
    """Collects rows by week and writes them in batches of bounded size, one batch beside the reading.

    Every file is named after the reading, so that a reading that was killed is overwritten by the next. Use
    it as a context: at its end what waits is written, or dropped if the reading failed.
    """

    lake: Lake
    reading_id: str
    max_bytes: int = 24 << 20
    _rows: dict[date, list[Row]] = field(default_factory=dict)
    _bytes: dict[date, int] = field(default_factory=dict)
    _total_bytes: int = 0
    _batch_counts: dict[date, int] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "inbox"))
    _writing: deque[tuple[Future[None], int]] = field(default_factory=deque)
    _writing_bytes: int = 0

    def __enter__(self) -> "InboxWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                for week in sorted(self._rows):
                    self._write(week)
                self._wait(0)
        finally:
            self._pool.shutdown(cancel_futures=True)

    def add(self, row: Row) -> None:
        """Take a row."""
        week = week_of(row.values["started_at"].date())
        self._rows.setdefault(week, []).append(row)
        size = len(row.transcript.data) + ROW_BYTES
        self._bytes[week] = self._bytes.get(week, 0) + size
        self._total_bytes += size
        if self._total_bytes > self.max_bytes:
            self._write_fullest()

    def keep_only(self, weeks: Collection[date]) -> None:
        """Take back what was written for other weeks: versions that lost, or a file that gives nothing."""
        for week in self._batch_counts.keys() - set(weeks):
            self.lake.drop_from_inbox(week, self.reading_id)

    def forget(self) -> None:
        """Drop what was not written yet; what was written is named by no winner."""
        self._rows.clear()
        self._bytes.clear()
        self._total_bytes = 0

    def _write_fullest(self) -> None:
        """Write the fullest weeks until half of the limit is free: few, large files."""
        for week in sorted(self._bytes, key=lambda each: -self._bytes[each]):
            self._write(week)
            if self._total_bytes <= self.max_bytes // 2:
                return

    def _write(self, week: date) -> None:
        number = self._batch_counts.get(week, 0)
        self._batch_counts[week] = number + 1
        size = self._bytes.pop(week)
        self._total_bytes -= size
        self._wait(self.max_bytes // 2)
        name = f"{self.reading_id}-{number:05d}"
        self._writing.append((self._pool.submit(self._store, week, name, self._rows.pop(week)), size))
        self._writing_bytes += size

    def _store(self, week: date, name: str, rows: list[Row]) -> None:
        self.lake.add_to_inbox(week, name, to_table(rows, self.reading_id))

    def _wait(self, max_bytes: int) -> None:
        """Until at most so much is still being written; raises what a write has raised."""
        while self._writing and self._writing_bytes > max_bytes:
            written, size = self._writing.popleft()
            written.result()
            self._writing_bytes -= size
