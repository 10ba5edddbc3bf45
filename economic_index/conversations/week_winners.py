"""The winners of one week as arrays, so that a million of them are held in little memory, and rows found among them.

Which version wins is decided in winners.py; rows are put in order in sorted_rows.py.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from economic_index.conversations.versions import RowKey

_CHUNK = 10_000
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
    def of(cls, keys: Iterable[RowKey]) -> "WeekWinners":
        """Of keys in order of id."""
        codes: dict[str, int] = {}
        parts: list[tuple[NDArray[Any], ...]] = []
        waiting = iter(keys)
        while chunk := list(islice(waiting, _CHUNK)):
            of_ids, of_hashes, of_readings, of_records = zip(*chunk, strict=True)
            of_numbers = [codes.setdefault(reading, len(codes)) for reading in of_readings]
            parts.append(
                (
                    np.array(of_ids, dtype=np.bytes_),
                    np.array(of_hashes, dtype=np.bytes_),
                    np.array(of_numbers, dtype=np.int32),
                    np.array(of_records, dtype=np.int64),
                )
            )
        empty: tuple[NDArray[Any], ...] = (
            np.array([], "S1"),
            np.array([], "S1"),
            np.array([], "i4"),
            np.array([], "i8"),
        )
        ids, hashes, numbers, records = (np.concatenate(column) for column in zip(empty, *parts, strict=True))
        return cls(ids, hashes, numbers, records, codes)

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
