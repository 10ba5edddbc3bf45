"""Files of API requests in order: each goes on with what the file before it left open (log_formats §13).

What came in between, or was changed, has the files after it read again. How requests join is readers/sessions.py's.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from economic_index.conversations.kept_chains import Redact, UnreadableChainsError, pack, unpack
from economic_index.conversations.readers.sessions import IDLE, Sessions
from economic_index.conversations.versions import FileEnd, micros
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake

FIRST = ""
"""What stands for the reading before the first file."""
LAST_FILES = 2
KEPT_AGAIN_AFTER = 8
"""So many times the size of what is open has to be read until it is kept once more."""
_DAY = int(IDLE / timedelta(microseconds=1))


class KnownFile(NamedTuple):
    """In which reading a file was read to its end, if it was; or whether it stopped, and is as it was then."""

    reading: str | None
    has_stopped: bool = False


@dataclass
class ChainedFiles:
    """The way through the files of all sources; `prepare` each source, then ask for each of its files in order."""

    lake: Lake
    store: WinnerStore
    key: bytes
    _kept: set[str] = field(default_factory=set)

    def prepare(self, source: str, file_count: int, look: Callable[[int], KnownFile]) -> tuple[date, ...]:
        """Start a source of so many files; `look` says what is known of each, by its place in their order.

        Where a file must be read that others were read after, these count as unread from now on. So do files before it,
        if what they left open is not kept any more. Gives back the weeks that lost conversations by it; the files that
        are read again bring them back. `unread` are the readings that count no longer.
        """
        self._source, self._ends = source, self.store.ends_of(source)
        self._before: str = FIRST
        self._sessions: Sessions | None = None
        self._at_hand: dict[str, Sessions] = {}
        self._left, self._read_bytes = file_count, 0
        self._passed: set[str] = set()
        self.unread: frozenset[str] = frozenset()
        known = [look(place) for place in range(file_count)] if self._ends else []
        self._has_stopped = any(file.has_stopped for file in known)
        weeks = self._unread([file.reading for file in known], _first_to_read(known, self._ends))
        self._is_retelling = self.store.must_retell(source)
        return weeks

    def _unread(self, known: list[str | None], start: int) -> tuple[date, ...]:
        while 0 < start < len(known) and not self._is_at_hand(self._last_end(known[:start])):
            start -= 1
        again = [reading for reading in known[start:] if reading is not None and reading in self._ends]
        if not again:
            return ()
        weeks_waiting = self.lake.inbox_weeks()
        waiting = {(week, reading) for week in weeks_waiting for reading in self.lake.inbox_readings(week)}
        weeks = self.store.unread(self._source, again, waiting)
        self.unread = frozenset(again)
        for reading in again:
            self._ends.pop(reading, None)
            for week in self.lake.inbox_weeks():
                self.lake.drop_from_inbox(week, reading)
        return weeks

    def _last_end(self, known: Sequence[str | None]) -> str:
        return next((reading for reading in reversed(known) if reading and reading in self._ends), FIRST)

    def _is_at_hand(self, reading: str) -> bool:
        """Whether what a reading left open can be had; if so, it is at hand from now on."""
        if reading == FIRST or self._ends[reading].is_empty:
            return True
        packed = self.lake.kept_chains(reading)
        try:
            self._at_hand = {reading: unpack(packed, self._secret)} if packed is not None else {}
        except UnreadableChainsError:
            self._at_hand = {}
        return reading in self._at_hand

    @property
    def _secret(self) -> bytes:
        return hmac.digest(self.key, b"open chains", "sha256")

    # file by file

    @property
    def before(self) -> str:
        """The reading after which the next file is read."""
        return self._before

    def pass_over(self, reading: str) -> None:
        """A file that was read before; what it left open is looked for when it is needed."""
        self._left -= 1
        if reading in self._ends and reading not in self._passed:
            self._move_to(reading)
            self._sessions = None

    def open(self) -> Sessions:
        """The conversations that are open where the next file begins."""
        sessions = self._sessions
        if sessions is None:
            if self._before not in self._at_hand:
                self._is_at_hand(self._before)
            sessions = self._sessions = self._at_hand.pop(self._before, None) or Sessions(self._secret)
        if self._is_retelling:
            sessions.touch_all()
        return sessions

    def end_of(self, reading_id: str, sessions: Sessions, size_bytes: int, redact: Redact) -> FileEnd | None:
        """Where a file that was read to its end leaves off; None if it holds no API requests.

        What is open is kept after the last files, and in between where that costs little beside the reading; `redact`
        takes out of its texts what is taken out of those that are stored.
        """
        if not sessions.is_used:
            return None
        is_empty = sessions.is_empty
        self._read_bytes += size_bytes
        is_due = self._read_bytes >= KEPT_AGAIN_AFTER * sessions.byte_count
        if not is_empty and (is_due or self._left <= LAST_FILES or self._has_stopped):
            self.lake.keep_chains(reading_id, pack(sessions, redact))
            self._read_bytes = 0
        return FileEnd(self._source, self._before, is_empty, micros(sessions.newest_at))

    def go_on(self, reading_id: str, end: FileEnd | None, *, is_stopped: bool) -> None:
        """After a file was read. One that stopped hands nothing on, and the next goes on from the one before it.

        If that is not kept, the next is read like a first one, and again by the next reading, which will keep it.
        """
        self._left -= 1
        if is_stopped and self._sessions is not None and self._sessions.is_used:
            self._sessions = None
            if self._before != FIRST and not (self._ends[self._before].is_empty or self.lake.has_chains(self._before)):
                self._before = FIRST
        elif end is not None:
            self._ends[reading_id] = end
            self._move_to(reading_id)
            self._is_retelling = False
            if self._sessions is not None:
                self._sessions.is_used = False

    def _move_to(self, reading: str) -> None:
        self._before = reading
        self._passed.add(reading)

    def finish(self) -> None:
        """At the end of a source: choose what is kept of its open conversations."""
        ends = {reading: self._ends[reading] for reading in self._passed}
        if not ends:
            return
        newest = max(end.newest_at or 0 for end in ends.values())
        self._kept |= {reading for reading, end in ends.items() if (end.newest_at or 0) >= newest - _DAY}
        self._kept |= {self._before, ends[self._before].before}

    def hold(self, source: str) -> None:
        """Keep what the files of a source left open, which are not read now."""
        self._kept |= self.store.ends_of(source).keys()

    def drop_others(self) -> None:
        """Delete what is open no longer, after all sources."""
        self.lake.keep_only_chains(self._kept)


def _first_to_read(known: Sequence[KnownFile], ends: Mapping[str, FileEnd]) -> int:
    """The place of the first file that is new or changed, or was read after another than the one before it."""
    present, before = {file.reading for file in known}, FIRST
    seen: set[str] = set()
    for place, (reading, has_stopped) in enumerate(known):
        if reading is None:
            if not has_stopped:
                return place
        elif reading in ends and reading not in seen:
            told = ends[reading].before
            if told != before and (told in present or told == FIRST):
                return place
            before = reading
            seen.add(reading)
    return len(known)
