"""The winners of one week as arrays, so that a million of them are held in little memory, and rows found among them.

Which version wins is decided in winners.py; rows are put in order in sorted_rows.py.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from economic_index.conversations.versions import RowKey

_CHUNK = 10_000
ID, CONTENT_HASH = np.dtype("S28"), np.dtype("S32")
"""As identify.py makes them."""
INBOX_KEYS = ["conversation_id", "reading_id", "source_record"]
WEEK_KEYS = ["conversation_id", "content_hash"]


@dataclass(frozen=True)
class WeekWinners:
    """One row a winner, in order of id; readings are numbers by `reading_codes`."""

    ids: NDArray[np.bytes_]
    content_hashes: NDArray[np.bytes_]
    readings: NDArray[np.int32]
    records: NDArray[np.int64]
    reading_codes: dict[str, int]

    @classmethod
    def of(cls, count: int, keys: Iterable[RowKey]) -> "WeekWinners":
        """Of so many keys in order of id, each written to its place at once: a large week does not lie twice."""
        ids, hashes = np.zeros(count, ID), np.zeros(count, CONTENT_HASH)
        numbers, records = np.zeros(count, np.int32), np.zeros(count, np.int64)
        codes: dict[str, int] = {}
        waiting, start = iter(keys), 0
        while chunk := list(islice(waiting, _CHUNK)):
            of_ids, of_hashes, of_readings, of_records = zip(*chunk, strict=True)
            part = slice(start, start + len(chunk))
            ids[part], hashes[part] = np.array(of_ids, np.bytes_), np.array(of_hashes, np.bytes_)
            numbers[part] = [codes.setdefault(reading, len(codes)) for reading in of_readings]
            records[part] = of_records
            start += len(chunk)
        return cls(ids[:start], hashes[:start], numbers[:start], records[:start], codes)

    def __len__(self) -> int:
        return len(self.ids)

    def places_in_inbox(self, batch: pa.RecordBatch) -> NDArray[np.int64]:
        """For each row of the inbox the place of the winner that it is, or -1."""
        places = self._places(batch)
        codes = [self.reading_codes.get(reading, -1) for reading in batch["reading_id"].to_pylist()]
        is_same = (self.readings[places] == np.array(codes, dtype=np.int32)) & (
            self.records[places] == batch["source_record"].to_numpy()
        )
        return np.where(self._is_known(batch, places) & is_same, places, -1)

    def places_in_week(self, batch: pa.RecordBatch) -> NDArray[np.int64]:
        """For each row of the week as it stands the place of the winner whose id and content it has, or -1."""
        places = self._places(batch)
        is_same = self.content_hashes[places] == _bytes(batch, "content_hash")
        return np.where(self._is_known(batch, places) & is_same, places, -1)

    def _places(self, batch: pa.RecordBatch) -> NDArray[np.int64]:
        return np.minimum(np.searchsorted(self.ids, _bytes(batch, "conversation_id")), len(self.ids) - 1)

    def _is_known(self, batch: pa.RecordBatch, places: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray(self.ids[places] == _bytes(batch, "conversation_id"))


def found(batches: Iterator[NDArray[np.int64]], count: int) -> NDArray[np.bool_]:
    """Which of `count` winners were found at all."""
    mask = np.zeros(count, dtype=np.bool_)
    for places in batches:
        mask[places[places >= 0]] = True
    return mask


def _bytes(batch: pa.RecordBatch, name: str) -> NDArray[np.bytes_]:
    return np.array(batch[name].to_pylist(), dtype=np.bytes_)
