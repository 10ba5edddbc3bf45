"""A log file where it lives, on disk or in an object store: what it is called, how large it is, its bytes.

Which files of a place are logs is decided in listing.py; what a store is asked stands in stores.py.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Protocol

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.:-]*://")


class NoLogsError(FileNotFoundError):
    """There is no file where logs were said to be; `remedy` is what to do, without the name of the place."""

    def __init__(self, place: str, remedy: str = "") -> None:
        super().__init__(f"{place}: {remedy}")
        self.remedy = remedy


class Store(Protocol):
    """Where files lie that are not on disk."""

    def open(self, log_file: "LogFile") -> BufferedReader:
        """The bytes of a file. Raises OSError, also while they are read."""
        ...

    def read_spans(self, log_file: "LogFile", spans: Sequence[tuple[int, int]]) -> Iterator[bytes]:
        """The bytes of each span (start, end). Raises OSError."""
        ...

    def find(self, identity: str) -> "LogFile | None":
        """The file as it is now; None if it is gone. Raises OSError if the store does not answer."""
        ...


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file as it was listed.

    `identity` is its absolute path, or its URL: a file's id is made of it. `stamp` changes with its content: the time
    of its last change in nanoseconds on disk, a number made of the store's own mark elsewhere. `modified_ns` is that
    time, if the store tells it.
    """

    identity: str
    size_bytes: int
    stamp: int
    modified_ns: int | None
    store: Store | None = None

    @property
    def name(self) -> str:
        """Base name."""
        return self.identity.rpartition("/")[2]

    @property
    def is_local(self) -> bool:
        """Whether it lies on disk, where any byte is near."""
        return self.store is None

    def open(self) -> BufferedReader:
        """Its bytes. Raises OSError."""
        return Path(self.identity).open("rb") if self.store is None else self.store.open(self)

    def read_spans(self, spans: Sequence[tuple[int, int]]) -> Iterator[bytes]:
        """The bytes of each span (start, end), and no more than those. Raises OSError."""
        if self.store is not None:
            yield from self.store.read_spans(self, spans)
            return
        with self.open() as file:
            for start, end in spans:
                file.seek(start)
                yield file.read(end - start)

    def again(self) -> "LogFile | None":
        """The file as it is now; None if it is gone. Raises OSError if its store does not answer."""
        if self.store is not None:
            return self.store.find(self.identity)
        try:
            return local_file(Path(self.identity))
        except FileNotFoundError:
            return None

    def beside(self, name: str) -> "LogFile | None":
        """The file of another name in the same folder; None if there is none."""
        other = f"{self.identity.rpartition('/')[0]}/{name}"
        if self.store is not None:
            return self.store.find(other)
        path = Path(other)
        return local_file(path) if path.is_file() else None


def is_url(place: str) -> bool:
    """Whether a place is an address of a store, not a path."""
    return _URL.match(place) is not None


def absolute_place(place: str) -> str:
    """A path from the root on; an address of a store as it is."""
    return place if is_url(place) else str(Path(place).expanduser().absolute())


def local_file(path: Path) -> LogFile:
    """A file on disk. Raises FileNotFoundError."""
    return stated_file(path.absolute().as_posix(), path.stat())


def stated_file(identity: str, stat: os.stat_result) -> LogFile:
    """A file on disk whose size and time are known."""
    return LogFile(identity, stat.st_size, stat.st_mtime_ns, stat.st_mtime_ns)


def as_log_file(place: LogFile | Path) -> LogFile:
    """A path stands for the file on disk. Raises FileNotFoundError."""
    return place if isinstance(place, LogFile) else local_file(place)
