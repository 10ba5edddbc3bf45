"""Messages that lie scattered over a file, gathered by conversation in bounded memory.

What waits lies in memory while it is little, then in a temporary file that has no name and is gone with the process.
"""

import marshal
import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, NamedTuple

import numpy as np

from economic_index.conversations.cutter import MAX_RECORD_BYTES
from economic_index.conversations.readers.turns import Turn
from economic_index.conversations.records import Element, Locator, Rejected
from economic_index.vocabulary import LocatorKind, RejectReason

MEMORY_BYTES = 64 << 20


class Group(NamedTuple):
    """The messages of one conversation, in file order, and where the first of them stands."""

    key: str
    turns: list[Turn]
    locator: Locator
    is_repaired: bool


@dataclass
class Gathering:
    """Takes messages by the key of their conversation, gives them back by conversation; used as a context.

    In memory stay `memory_bytes` of messages, 24 bytes for each message, and one conversation while it is given back.
    """

    folder: Path | None
    memory_bytes: int = MEMORY_BYTES
    max_group_bytes: int = MAX_RECORD_BYTES
    _waiting: bytearray = field(default_factory=bytearray)
    _file: IO[bytes] | None = None
    _digests: "array[int]" = field(default_factory=lambda: array("Q"))
    _ends: "array[int]" = field(default_factory=lambda: array("Q"))

    def __enter__(self) -> "Gathering":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def is_in_memory(self) -> bool:
        """Whether what waits is little enough to need no file."""
        return self._file is None

    def add(self, key: str, element: Element, turn: Turn) -> None:
        """Keep a message of the conversation `key` until all are read."""
        place = element.locator
        data = marshal.dumps((key, place.kind.value, place.number, element.is_repaired, tuple(turn)))
        self._waiting += data
        self._digests.frombytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest())
        self._ends.append((self._ends[-1] if self._ends else 0) + len(data))
        if len(self._waiting) > self.memory_bytes:
            self._spill()

    def _spill(self) -> None:
        if self._file is None:
            self._file = TemporaryFile(dir=self.folder, buffering=0)  # noqa: SIM115 (closed in __exit__)
        view = memoryview(self._waiting)
        while view:
            view = view[self._file.write(view) :]
        self._waiting = bytearray()

    def _read(self, start: int, end: int) -> bytes:
        if self._file is None:
            return bytes(self._waiting[start:end])
        return os.pread(self._file.fileno(), end - start, start)

    def groups(self) -> Iterator[Group | Rejected]:
        """Conversations in order of their first message; one that is too large for memory is a rejection."""
        if self._file is not None:
            self._spill()
        ends = np.frombuffer(self._ends, np.uint64)
        starts = np.concatenate([np.zeros(min(len(ends), 1), np.uint64), ends[:-1]])
        for members in _members(np.frombuffer(self._digests, np.uint64).reshape(-1, 2)):
            size = int((ends[members] - starts[members]).sum())
            wanted = members if size <= self.max_group_bytes else members[:1]
            group = self._group([(int(starts[number]), int(ends[number])) for number in wanted])
            if len(wanted) == len(members) and size <= self.max_group_bytes:
                yield group
            else:
                detail = f"bytes={size} limit={self.max_group_bytes} messages={len(members)}"
                yield Rejected(RejectReason.RECORD_TOO_LARGE, group.locator, detail, group.key)

    def _group(self, extents: list[tuple[int, int]]) -> Group:
        turns: list[Turn] = []
        is_any_repaired = False
        first: tuple[str, Locator] | None = None
        for start, end in extents:
            key, kind, number, is_repaired, fields = marshal.loads(self._read(start, end))
            turns.append(Turn._make((*fields[:-1], number)))
            first = first or (key, Locator(LocatorKind(kind), number))
            is_any_repaired |= is_repaired
        key, locator = first or ("", Locator(LocatorKind.BYTE, 0))
        return Group(key, turns, locator, is_any_repaired)


def _members(digests: np.ndarray) -> Iterator[np.ndarray]:
    """Numbers of the messages of each conversation, ascending; conversations by their first message."""
    if not len(digests):
        return
    order = np.lexsort((digests[:, 1], digests[:, 0]))  # stable: equal keys stay in file order
    changes = np.any(digests[order[1:]] != digests[order[:-1]], axis=1)
    begins = np.concatenate([[0], np.flatnonzero(changes) + 1])
    ends = np.concatenate([begins[1:], [len(order)]])
    for group in np.argsort(order[begins]):
        yield order[begins[group] : ends[group]]
