"""What stands between the records of a JSON stream and is none: numbers, texts and nulls of an array, words astray.

Only its place and size are told, however long it is; cutter.py knows where records begin and end.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_BLANK = b" \t\r\n\x0b\x0c\x00\x1e\xef\xbb\xbf"  # also the marks that some writers put before each record or file
SEPARATORS = _BLANK + b",[]{}"
_RUN = re.compile(rb'(?:"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[^",\[\]{}]++)++', re.DOTALL)


class Stray(NamedTuple):
    """A run of bytes without a comma outside strings; `is_whole` is False if the stream ended in it."""

    start: int
    size: int
    is_whole: bool = True


class StrayScan:
    """Runs in the gaps between records, wherever the chunks end."""

    def __init__(self) -> None:
        self._start: int | None = None
        self._size = 0
        self._state = b""

    def feed(self, part: bytes, position: int, state: bytes | None = None) -> Iterable[Stray]:
        """The runs that end in this part of a gap, which stands at `position`.

        A gap that goes on after the part has a `state`: what opens the string, and the escape, in which the part ended.
        """
        if self._start is None and not part.strip(SEPARATORS):
            return ()  # nearly always
        return self._runs(part, position, state)

    def _runs(self, part: bytes, position: int, state: bytes | None) -> Iterator[Stray]:
        text, position = self._state + part, position - len(self._state)
        self._state = state or b""
        end = 0
        for match in _RUN.finditer(text):
            if match.start() > 0:
                yield from self.end()
            end = match.end()
            self._add(match[0], position + match.start())
            if end < len(text):
                yield from self.end()
        if state is None or (part and end < len(text)):
            yield from self.end()

    def end(self, *, is_whole: bool = True) -> Iterator[Stray]:
        """The run that was open, if any."""
        if self._start is not None:
            yield Stray(self._start, self._size, is_whole)
        self._start, self._size = None, 0

    def _add(self, run: bytes, position: int) -> None:
        if self._start is None:
            told = run.lstrip(_BLANK)
            if not told:
                return
            self._start = position + len(run) - len(told)
        self._size = position + len(run) - self._start
