"""Cuts a byte stream into the raw bytes of its records, in bounded memory, wherever the chunks end.

Nothing is parsed here: splitter.py makes elements of what is cut.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from economic_index.conversations.strays import Stray, StrayScan
from economic_index.conversations.structure import Brackets, StructureScan

MAX_RECORD_BYTES = 256 * 1024 * 1024
WRAPPER_KEYS = ("conversations", "value", "data", "chats")
_WRAPPER = re.compile(rb'"(?:' + "|".join(WRAPPER_KEYS).encode() + rb')"\s*:\s*\[\Z')
_LOOK_BACK = 64


class RawRecord(NamedTuple):
    """One record as it stands in the file; `data` is None if it is over the limit, cut off, or no record at all."""

    start: int
    size: int
    data: bytes | None
    is_whole: bool = True
    is_stray: bool = False


class LostSyncError(Exception):
    """The brackets of the stream do not match: where records begin can no longer be told."""


class RecordCutter:
    """Records at one depth of a JSON stream: 1 in an array, 0 for objects in a row, 2 in a wrapped array.

    `start` is the position of the first byte in the file.
    """

    def __init__(self, depth: int = 1, start: int = 0, max_bytes: int = MAX_RECORD_BYTES) -> None:
        self.depth, self.max_bytes, self.position = depth, max_bytes, start
        self._scan, self._strays = StructureScan(), StrayScan()
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._record_start: int | None = None
        self._tail = b""
        self._is_in_array = depth != 2

    @property
    def is_open(self) -> bool:
        """Whether the stream so far ends inside an array, an object or a string."""
        return self._scan.depth > 0 or self._scan.is_in_string

    def feed(self, chunk: bytes) -> Iterator[RawRecord]:
        """The records that end in this chunk, and what stands between them and is none.

        Raises LostSyncError where a bracket closes nothing.
        """
        brackets = self._scan.scan(chunk)
        is_lost = bool(len(brackets.depths) and brackets.depths.min() < 0)
        last = len(chunk)
        if is_lost:
            end = int(np.argmax(brackets.depths < 0))
            last = int(brackets.positions[end])
            brackets = Brackets(brackets.positions[:end], brackets.is_open[:end], brackets.depths[:end])
        cursor = 0
        for position, is_start, is_record in self._edges(brackets):
            if not is_record:
                if self._is_in_array:
                    yield from self._between(chunk[cursor:position], cursor)
                cursor = position + 1
                before = (self._tail + chunk[max(0, position - _LOOK_BACK) : position + 1])[-_LOOK_BACK:]
                self._is_in_array = is_start and bool(_WRAPPER.search(before))
            elif is_start and self._is_in_array:
                yield from self._between(chunk[cursor:position], cursor)
                self._record_start, cursor = self.position + position, position
            elif self._record_start is not None:
                yield self._close(chunk[cursor : position + 1])
                cursor = position + 1
        if self._record_start is not None:
            self._hold(chunk[cursor:])
        elif self._is_in_array:
            yield from self._between(chunk[cursor:last], cursor, None if is_lost else self._scan.string_state())
        self._tail = (self._tail + chunk[-_LOOK_BACK:])[-_LOOK_BACK:]
        self.position += len(chunk)
        if is_lost:
            raise LostSyncError

    def end(self) -> Iterator[RawRecord]:
        """The record in which the stream ended, if it did, or what stands after the last one."""
        if self._record_start is not None:
            yield RawRecord(self._record_start, self._held_bytes, None, is_whole=False)
        yield from map(_stray, self._strays.end(is_whole=not self.is_open))

    def _between(self, part: bytes, cursor: int, state: bytes | None = None) -> Iterable[RawRecord]:
        return map(_stray, self._strays.feed(part, self.position + cursor, state))

    def _edges(self, brackets: Brackets) -> Iterator[tuple[int, bool, bool]]:
        """Where records begin and end, and at depth 2 also where the arrays of the root object do."""
        positions, is_open, depths = brackets
        inner = np.where(is_open, depths - 1, depths)
        wanted = inner == self.depth
        if self.depth == 2:
            wanted |= inner == 1
        chosen = np.flatnonzero(wanted)
        yield from zip(
            positions[chosen].tolist(),
            is_open[chosen].tolist(),
            (inner[chosen] == self.depth).tolist(),
            strict=True,
        )

    def _close(self, last: bytes) -> RawRecord:
        size = self._held_bytes + len(last)
        data = None if size > self.max_bytes else b"".join([*self._held, last]) if self._held else last
        record = RawRecord(self._record_start or 0, size, data)
        self._record_start, self._held, self._held_bytes = None, [], 0
        return record

    def _hold(self, part: bytes) -> None:
        self._held_bytes += len(part)
        if self._held_bytes > self.max_bytes:
            self._held.clear()
        else:
            self._held.append(part)


def _stray(found: Stray) -> RawRecord:
    return RawRecord(found.start, found.size, None, found.is_whole, is_stray=True)


def cut_lines(chunks: Iterable[bytes], max_bytes: int = MAX_RECORD_BYTES) -> Iterator[tuple[bytes | None, int, bool]]:
    """Each line without its end (None if over the limit), its size, and whether a newline ended it."""
    held: list[bytes] = []
    held_bytes = 0
    for chunk in chunks:
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            size = held_bytes + len(line)
            yield (None if size > max_bytes else b"".join([*held, line]) if held else line), size, True
            held, held_bytes = [], 0
        held_bytes += len(rest)
        if held_bytes > max_bytes:
            held.clear()
        elif rest:
            held.append(rest)
    if held_bytes:
        yield (None if held_bytes > max_bytes else b"".join(held)), held_bytes, False
