"""Requests as files, in the shape of Message Batches, for somebody to carry to a model by hand.

They hold private text: files of one owner, deleted once their requests are answered. Nothing is read here.
"""

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

from economic_index.llm.batch_spool import unmarked
from economic_index.llm.request import Request, Subject
from economic_index.vocabulary import Purpose

MOST_REQUESTS = 100_000
# A batch takes 256 MB with what stands around its requests.
MOST_BYTES = 250_000_000
_UNFINISHED = ".part"


@dataclass
class _Part:
    """A file that is being written."""

    path: Path
    file: BinaryIO
    requests: int = 0
    size: int = 0


@dataclass
class RequestFiles:
    """The files of one run and week; they take the place of those that an earlier run wrote."""

    folder: Path
    week: date
    most_requests: int = MOST_REQUESTS
    most_bytes: int = MOST_BYTES
    count: int = 0
    _stems: set[str] = field(default_factory=set)
    _open: dict[str, _Part] = field(default_factory=dict)
    _written: list[Path] = field(default_factory=list)
    _parts: Counter[str] = field(default_factory=Counter)

    def see(self, subject: Subject) -> None:
        """Files about requests of this kind are from now on this run's to write."""
        self._stems.add(self._stem(subject))

    def add(self, request: Request) -> None:
        """Write a request; its file shows up when all of them do."""
        # no cache marks: a batch that comes cold pays for writing and reads nothing, and not every cloud takes them
        line = b'{"custom_id":"%b","params":%b}\n' % (request.key.encode(), unmarked(request.body))
        part = self._part(self._stem(request.subject), len(line))
        part.file.write(line)
        part.requests += 1
        part.size += len(line)
        self.count += 1

    def publish(self) -> list[str]:
        """Put the files in place, instead of those of earlier runs; returns their names."""
        self._close()
        for stem in self._stems:
            # first: no request may lie in an old and in a new file
            for path in self.folder.glob(f"{stem}-[0-9]*"):
                if path not in self._written:
                    path.unlink(missing_ok=True)
        names = [path.with_suffix("") for path in self._written]
        for path, name in zip(self._written, names, strict=True):
            path.replace(name)
        return [name.name for name in names]

    def drop(self) -> None:
        """The run broke off: what earlier runs wrote stays."""
        self._close()
        for path in self._written:
            path.unlink(missing_ok=True)

    def _close(self) -> None:
        for part in self._open.values():
            part.file.close()
        self._open.clear()

    def _part(self, stem: str, size: int) -> _Part:
        part = self._open.get(stem)
        if part and part.requests < self.most_requests and part.size + size <= self.most_bytes:
            return part
        if part:
            part.file.close()
        self._parts[stem] += 1
        path = self.folder / f"{stem}-{self._parts[stem]:04d}.jsonl{_UNFINISHED}"
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb", 1 << 20)
        self._written.append(path)
        self._open[stem] = _Part(path, file)
        return self._open[stem]

    def _stem(self, subject: Subject) -> str:
        purpose = "" if subject.purpose is Purpose.MAIN else f"-{subject.purpose.value}"
        return f"{self.week}-{subject.prompt}{purpose}"
