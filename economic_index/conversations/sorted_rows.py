"""The rows of one week in order of id, out of the inbox and the week as it stands, in bounded memory.

Rows of a large inbox are first parted into ranges of ids, in temporary files without names; nothing is committed here.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from economic_index.contracts import Table
from economic_index.conversations.week_winners import INBOX_KEYS, WeekWinners
from economic_index.lake import Lake, LakeError

RANGE_BYTES, MAX_RANGES = 24 << 20, 250
"""What a range of ids may take in memory, and how many files may be open."""
INBOX_ROWS = 1000
"""Rows taken from the inbox at a time, where they are not given back fewer at a time."""
Sorted = Iterator[tuple[pa.Table, str]]
"""Tables in order of id, each with the last id up to which it says all."""


@dataclass(frozen=True)
class SortedRows:
    """The rows of a week of one table, at most `batch_rows` at a time: texts may be long, and are copied on their way.

    `is_waiting` tells which winners lie in the inbox; others lie in the week.
    """

    lake: Lake
    week: date
    table: Table
    winners: WeekWinners
    is_waiting: NDArray[np.bool_]
    batch_rows: int

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All winners' rows. Raises LakeError if one has no row, or two.

        Where batches are cut decides the hash of the rows: never by anything that the rows do not tell.
        """
        schema, ids = self.table.arrow_schema(), self.winners.ids
        kept, new = _Drawn(self._kept(), schema), _Drawn(self._waiting(), schema)
        for start in range(0, len(ids), self.batch_rows):
            part = ids[start : start + self.batch_rows]
            last = part[-1].decode()
            rows = pa.concat_tables([kept.up_to(last), new.up_to(last)])
            if rows.num_rows != len(part):
                raise LakeError(
                    f"week {self.week}: transcripts and conversations do not belong together; read the logs again."
                )
            yield from rows.sort_by("conversation_id").combine_chunks().to_batches()

    def _kept(self) -> Sorted:
        """Rows of the week as it stands that still are winners, in the order in which they lie there."""
        if self.is_waiting.all():
            return
        names = self.table.arrow_schema().names
        for batch in self.lake.scan_week(self.table, self.week):
            places = self.winners.places_in_week(batch)
            is_kept = (places >= 0) & ~self.is_waiting[places]
            rows = pa.Table.from_batches([batch.select(names).filter(pa.array(is_kept))])
            if batch.num_rows:
                yield rows, batch["conversation_id"][-1].as_py()

    def _waiting(self) -> Sorted:
        """Winners' rows of the inbox, range after range."""
        ids = self.winners.ids[self.is_waiting]
        if not len(ids):
            return
        size = self.lake.inbox_bytes(self.week, self._columns())
        count = int(min(max(1, -(-size // RANGE_BYTES)), MAX_RANGES, len(ids)))
        lasts = ids[[(number + 1) * len(ids) // count - 1 for number in range(count)]]
        if count == 1:
            found = [rows for _, rows in self._in_ranges(lasts)]
            yield pa.concat_tables(found).sort_by("conversation_id"), lasts[0].decode()
            return
        with ExitStack() as stack:
            files = [stack.enter_context(tempfile.TemporaryFile(dir=self.lake.root)) for _ in lasts]
            self._part(lasts, files)
            for file, last in zip(files, lasts, strict=True):
                file.seek(0)
                with pa.ipc.open_stream(file) as reader:
                    rows = reader.read_all()
                file.truncate(0)  # what is on its way to the lake need not lie on disk twice
                yield rows.sort_by("conversation_id"), last.decode()

    def _part(self, lasts: NDArray[np.bytes_], files: Sequence[IO[bytes]]) -> None:
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with ExitStack() as stack:
            writers = [
                stack.enter_context(pa.ipc.new_stream(file, self.table.arrow_schema(), options=options))
                for file in files
            ]
            for number, rows in self._in_ranges(lasts):
                writers[number].write_table(rows)

    def _in_ranges(self, lasts: NDArray[np.bytes_]) -> Iterator[tuple[int, pa.Table]]:
        """Winners' rows of each batch of the inbox, by the range in which their ids fall."""
        schema = self.table.arrow_schema()
        is_taken = np.zeros(len(self.winners), dtype=np.bool_)
        for batch in self.lake.scan_inbox(self.week, self._columns(), min(self.batch_rows, INBOX_ROWS)):
            places = self.winners.places_in_inbox(batch)
            rows = np.flatnonzero((places >= 0) & ~is_taken[places])
            is_taken[places[rows]] = True
            ranges = np.searchsorted(lasts, self.winners.ids[places[rows]])
            for number in np.unique(ranges):
                taken = batch.select(schema.names).take(pa.array(rows[ranges == number]))
                yield int(number), pa.Table.from_batches([taken]).cast(schema)

    def _columns(self) -> list[str]:
        return [*dict.fromkeys([*self.table.arrow_schema().names, *INBOX_KEYS])]


class _Drawn:
    """Sorted rows, drawn up to an id at a time."""

    def __init__(self, tables: Sorted, schema: pa.Schema) -> None:
        self._tables, self._schema = tables, schema
        self._rest: pa.Table = schema.empty_table()
        self._last = ""

    def up_to(self, last_id: str) -> pa.Table:
        """All rows with ids not greater than `last_id` that were not drawn yet."""
        while self._last < last_id and (found := next(self._tables, None)) is not None:
            rows, self._last = found
            self._rest = pa.concat_tables([self._rest, rows.cast(self._schema)])
        is_drawn = pc.less_equal(self._rest["conversation_id"], last_id)
        count = pc.sum(is_drawn).as_py() or 0
        drawn, self._rest = self._rest.slice(0, count), self._rest.slice(count)
        return drawn
