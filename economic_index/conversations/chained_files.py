"""Files of API requests in order: each goes on with what the file before it left open (log_formats §13).

What came in between, or was changed, has the files after it read again. How requests join is readers/sessions.py's.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from economic_index.conversations import identify
from economic_index.conversations.file_report import settings_key
from economic_index.conversations.kept_chains import UnreadableChainsError, pack, unpack
from economic_index.conversations.open_files import sha256_of
from economic_index.conversations.readers.registry import READERS
from economic_index.conversations.readers.sessions import IDLE, Sessions
from economic_index.conversations.sources import Source
from economic_index.conversations.versions import FileEnd, micros
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake

FIRST = ""
"""What stands for the reading before the first file."""
LAST_FILES = 2
KEPT_AGAIN_AFTER = 8
"""So many times the size of what is open has to be read until it is kept once more."""
_DAY = int(IDLE / timedelta(microseconds=1))


@dataclass
class ChainedFiles:
    """The way through the files of all sources; `prepare` each source, then ask for each of its files in order."""

    lake: Lake
    store: WinnerStore
    key: bytes
    _kept: set[str] = field(default_factory=set)

    def prepare(self, source: Source, paths: Sequence[Path]) -> tuple[date, ...]:
        """Start a source. Where a file must be read that others were read after, these count as unread from now on.

        So do files before it, if what they left open is not kept any more. Gives back the weeks that lost
        conversations by it; the files that are read again bring them back.
        """
        self._source, self._settings = source, _settings_keys(source)
        self._ends = self.store.ends_of(source.name)
        self._before: str = FIRST
        self._sessions: Sessions | None = None
        self._at_hand: dict[str, Sessions] = {}
        self._left, self._read_bytes = len(paths), 0
        self._passed: set[str] = set()
        self._stopped: set[Path] = set()
        self._known: dict[Path, str | None] = {}
        if self._ends:
            self._known = {path: self._reading_of(path) for path in paths}
        weeks = self._unread(list(self._known.values()), self._first_to_read()) if self._ends else ()
        self._is_retelling = self.store.must_retell(source.name)
        return weeks

    def _unread(self, known: list[str | None], start: int) -> tuple[date, ...]:
        while 0 < start < len(known) and not self._is_at_hand(self._last_end(known[:start])):
            start -= 1
        again = [reading for reading in known[start:] if reading is not None and reading in self._ends]
        if not again:
            return ()
        weeks = self.store.unread(self._source.name, again)
        for reading in again:
            self._ends.pop(reading, None)
            for week in self.lake.inbox_weeks():
                self.lake.drop_from_inbox(week, reading)
        return weeks

    def _reading_of(self, path: Path) -> str | None:
        """The reading in which a file, or its bytes under another name, were read to their end."""
        stat = path.stat()
        size, modified_ns = stat.st_size, stat.st_mtime_ns
        file_id = identify.file_id(self.key, path.as_posix())
        found = self.store.reading_of(file_id, size, modified_ns, self._settings)
        if found is None and self.store.has_size(size, self._settings):
            found = self.store.reading_of_hash(hash_of(path, size, modified_ns), self._settings)
        if found is None and self.store.has_stopped(file_id, size, modified_ns, self._source.settings_hash()):
            self._stopped.add(path)
        return found

    def _first_to_read(self) -> int:
        """The place of the first file that is new or changed, or was read after another than the one before it."""
        present, before = set(self._known.values()), FIRST
        seen: set[str] = set()
        for place, (path, reading) in enumerate(self._known.items()):
            if reading is None:
                if path not in self._stopped:
                    return place
            elif reading in self._ends and reading not in seen:
                told = self._ends[reading].before
                if told != before and (told in present or told == FIRST):
                    return place
                before = reading
                seen.add(reading)
        return len(self._known)

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

    def pass_over(self, path: Path) -> None:
        """A file that was read before; what it left open is looked for when it is needed."""
        self._left -= 1
        reading = self._known.get(path)
        if reading is not None and reading in self._ends and reading not in self._passed:
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

    def end_of(self, reading_id: str, sessions: Sessions, size_bytes: int) -> FileEnd | None:
        """Where a file that was read to its end leaves off; None if it holds no API requests.

        What is open is kept after the last files, and in between where that costs little beside the reading.
        """
        if not sessions.is_used:
            return None
        is_empty = not sessions.chains and not sessions.closed
        self._read_bytes += size_bytes
        is_due = self._read_bytes >= KEPT_AGAIN_AFTER * sessions.char_count
        if not is_empty and (is_due or self._left <= LAST_FILES or self._stopped):
            self.lake.keep_chains(reading_id, pack(sessions))
            self._read_bytes = 0
        return FileEnd(self._source.name, self._before, is_empty, micros(sessions.newest_at))

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

    def drop_others(self) -> None:
        """Delete what is open no longer, after all sources."""
        self.lake.keep_only_chains(self._kept)


def _settings_keys(source: Source) -> list[str]:
    settings_hash = source.settings_hash()
    return [settings_key(reader.format, reader.version, settings_hash) for reader in READERS]


@cache
def hash_of(path: Path, size_bytes: int, modified_ns: int) -> str:
    """SHA-256 of a file as it was found: asked twice in a reading, made once."""
    return sha256_of(path)
