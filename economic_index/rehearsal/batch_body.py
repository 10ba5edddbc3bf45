"""Takes the body of a new batch apart while it streams in: where each request lies, and whether its id is good.

Nothing is kept in memory but ids and places; what a request says is read again when it is answered.
"""

import fcntl
import re
from array import array
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any

from economic_index.rehearsal.batch_store import PLACES, REQUESTS
from economic_index.rehearsal.errors import ApiError
from economic_index.rehearsal.settings import BatchBehaviour
from economic_index.rehearsal.strictness import batch_item_problem, invalid

WINDOW = 1 << 20
_BEGINNING = re.compile(r'\s*\{\s*"requests"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_END = re.compile(r"\s*\]\s*\}\s*")
_NOT_JSON = "The request body is not valid JSON, or is not an object with the one field `requests`."


class RequestSplitter:
    """Finds the elements of `{"requests": [...]}` in chunks of bytes, in one pass.

    Bytes are read as Latin-1, in which a place in the text is a place in the file; of the texts nothing is used but
    ids, which are ASCII.
    """

    def __init__(self) -> None:
        self._window = bytearray()
        self._start = 0  # of the window in the body
        self._wanted = WINDOW
        self._begun = False
        self._decode = JSONDecoder().raw_decode

    def feed(self, chunk: bytes) -> Iterator[tuple[int, int, Any]]:
        """Start, length and value of each element that is whole by now."""
        self._window += chunk
        if len(self._window) >= self._wanted:
            yield from self._elements()

    def finish(self) -> Iterator[tuple[int, int, Any]]:
        """The rest. Raises ApiError 400 if the body is none of a batch."""
        yield from self._elements()
        if not self._begun or not _END.fullmatch(self._window.decode("latin-1")):
            raise invalid(_NOT_JSON)

    def _elements(self) -> Iterator[tuple[int, int, Any]]:
        text = self._window.decode("latin-1")
        place = 0
        if not self._begun and (beginning := _BEGINNING.match(text)):
            self._begun, place = True, beginning.end()
        while self._begun:
            start = self._next(text, place)
            try:
                value, place_after = self._decode(text, start)
            except JSONDecodeError:  # not whole yet, or the end
                break
            yield self._start + start, place_after - start, value
            place = place_after
        del self._window[:place]
        self._start += place
        self._wanted = max(WINDOW, 2 * len(self._window))

    @staticmethod
    def _next(text: str, place: int) -> int:
        between = _BETWEEN.match(text, place)
        return between.end() if between else place


class BatchBody:
    """Writes a body to a file, and the place of each of its requests to another."""

    def __init__(self, folder: Path, limits: BatchBehaviour) -> None:
        self._limits = limits
        self._file = (folder / REQUESTS).open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX)  # or another server would take it for left over
        self._places_path = folder / PLACES
        self._splitter = RequestSplitter()
        self._ids: set[str] = set()
        self._places = array("Q")
        self._size = 0

    @property
    def count(self) -> int:
        """Requests so far."""
        return len(self._ids)

    def add(self, chunk: bytes) -> None:
        """Take the next bytes. Raises ApiError for a body that is too large, and for a request that is refused."""
        self._size += len(chunk)
        if self._size > self._limits.max_bytes:
            raise ApiError(413, "The batch is larger than it may be.")
        self._file.write(chunk)
        for element in self._splitter.feed(chunk):
            self._take(*element)

    def finish(self) -> None:
        """Write the places. Raises ApiError for what is no batch."""
        for element in self._splitter.finish():
            self._take(*element)
        if not self._ids:
            raise invalid("requests: at least one is required")
        self._file.flush()
        with self._places_path.open("wb") as file:
            self._places.tofile(file)

    def close(self) -> None:
        """Close the file, once the batch is recorded; safe at any time."""
        self._file.close()

    def _take(self, start: int, length: int, element: Any) -> None:
        if not isinstance(element, dict) or element.keys() - {"custom_id", "params"}:
            raise invalid("requests: each should be an object with custom_id and params")
        custom_id = element.get("custom_id")
        if (problem := batch_item_problem(custom_id, element.get("params"))) is not None:
            raise invalid(f"requests.{self.count}.{problem}")
        if custom_id in self._ids:
            raise invalid(f"requests.{self.count}.custom_id: occurs twice")
        if self.count >= self._limits.max_requests:
            raise ApiError(413, "The batch has more requests than it may have.")
        self._ids.add(str(custom_id))
        self._places.extend((start, length))


def read_places(folder: Path) -> list[tuple[int, int]]:
    """Start and length of each request of a batch, in its order."""
    places = array("Q")
    raw = (folder / PLACES).read_bytes()
    places.frombytes(raw)
    return list(zip(places[::2], places[1::2], strict=True))
