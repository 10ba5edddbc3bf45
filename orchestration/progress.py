"""Progress of a run for a person at a terminal: a line at least every ten seconds.

Nothing is decided here, and no line holds text of a conversation.
"""

import re
import sys
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import TextIO

# Of the first of hundreds of unlike items nothing is foretold.
TOLD_FROM = 0.05


@dataclass
class Progress:
    """Prints stage, done of all, and time left; silent where nobody asked for it."""

    is_on: bool = False
    every_seconds: float = 5.0
    quiet_seconds: float = 8.0
    pulse_seconds: float = 1.0
    _stage: str = ""
    _started: float = 0.0
    _printed: float = 0.0
    _offset: int = 0
    _total: int = 0
    _last: tuple[int, int] = (0, 0)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _out: TextIO | None = None

    def stage(self, name: str, total: int = 0) -> None:
        """Begin a stage; `total` counts all its items over several calls of `__call__`."""
        self._stage, self._total, self._offset, self._last = name, total, 0, (0, total)
        self._started = self._printed = time.monotonic()
        self._print(f"{name} ...")

    def advance(self, count: int) -> None:
        """A part of the stage (a week) is done: later counts start from here."""
        self._offset += count

    def __call__(self, what: str, done: int, of: int) -> None:
        """Report `done` of `of` items; prints at most every few seconds."""
        self._last = (self._offset + done, max(self._total, of))
        if time.monotonic() - self._printed >= self.every_seconds:
            self._print(f"{self._stage or what}: {self._count()}")

    def aside(self, what: str, done: int, of: int) -> None:
        """Report on work that is not the stage's own items; the stage's count stands still."""
        if time.monotonic() - self._printed >= self.every_seconds:
            self._print(f"{what}: {done:,} of {of:,}")

    def note(self, line: str) -> None:
        """A line of its own."""
        self._print(line)

    def __enter__(self) -> "Progress":
        """Keep a pulse, so that no stage is silent for ten seconds."""
        self._out = sys.stdout  # a stage may send sys.stdout elsewhere
        self._thread = threading.Thread(target=self._pulse, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()

    def _pulse(self) -> None:
        while not self._stop.wait(self.pulse_seconds):
            if self._stage and time.monotonic() - self._printed >= self.quiet_seconds:
                self._print(f"{self._stage}: {self._count()}")

    def _count(self) -> str:
        done, of = self._last
        spent = time.monotonic() - self._started
        if done <= 0 or of <= 0:
            return f"{spent:.0f} s so far"
        if done >= of:
            return f"{done:,} of {of:,}, {spent:.0f} s so far"
        if done < TOLD_FROM * of:
            return f"{done:,} of {of:,}"
        left = spent / done * (of - done)
        return f"{done:,} of {of:,}, about {left:.0f} s left"

    def _print(self, line: str) -> None:
        self._printed = time.monotonic()
        if self.is_on:
            print(line, flush=True, file=self._out or sys.stdout)


class DbtLines:
    """Stands in for sys.stdout while dbt runs: its steps become progress, and only what went wrong is shown."""

    STEP = re.compile(r"(\d+) of (\d+) (?!START)\S")
    TROUBLE = re.compile(r"\b(ERROR|FAIL|WARN) (?!=)")

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def write(self, text: str) -> int:
        """Take what dbt prints, line by line."""
        for line in text.splitlines():
            if self.TROUBLE.search(line):
                self.progress.note(line)
            elif step := self.STEP.match(line):
                self.progress("dbt", int(step[1]), int(step[2]))
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""
