"""Answers that somebody carried here as files: found by the identity of their request, and read one at a time.

Of a line that cannot be used its file, its number and why are told, and nothing of its text. What an answer means is
judged elsewhere.
"""

import csv
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, StringConstraints, ValidationError

from economic_index.llm.client import REHEARSAL_ID
from economic_index.llm.request import Sha
from economic_index.llm.store import AnswerStore, chunks

_KEY = re.compile(r"[0-9a-f]{64}")
_OFFSET_BITS = 44
SUCCEEDED = "succeeded"
Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class BadLine(Exception):
    """A line of a file of answers that cannot be used; the message quotes nothing of it."""


class _Block(BaseModel):
    type: str
    text: str | None = None


class _Usage(BaseModel):
    service_tier: str | None = None
    cache_creation: dict[str, Any] | None = None
    output_tokens_details: dict[str, Any] | None = None


class _StopDetails(BaseModel):
    category: str | None = None


class _Message(BaseModel):
    """As much of a message's shape as is relied on: what comes by hand comes from anywhere."""

    type: Literal["message"]
    id: Name
    model: Name
    content: list[_Block]
    stop_reason: str | None
    stop_details: _StopDetails | None = None
    usage: _Usage | None = None


class _Result(BaseModel):
    type: Literal["succeeded", "errored", "canceled", "expired"]
    message: _Message | None = None


class _Line(BaseModel):
    custom_id: str
    result: _Result


@dataclass(frozen=True)
class Carried:
    """What came back for one request: `kind` as a batch names it, and the message if it succeeded."""

    kind: str
    message: Mapping[str, Any]

    @property
    def message_id(self) -> str:
        """The message's own id."""
        return str(self.message["id"])


class CarriedAnswers:
    """The answers that lie in a folder; of each only its place is held in memory."""

    def __init__(self, folder: Path, is_rehearsal: bool) -> None:
        """Looks at every line once, files in the order of their names."""
        self._is_rehearsal = is_rehearsal
        self._files = [path for path in sorted(folder.glob("*.jsonl")) if path.is_file()]
        self._sizes: list[int] = []
        self._places: dict[bytes, tuple[int, ...]] = {}
        self._kept: set[int] = set()
        self.rejected: list[tuple[str, int, str]] = []
        for number, path in enumerate(self._files):
            self._look_through(number, path)

    def __len__(self) -> int:
        """Requests that something came back for."""
        return len(self._places)

    def of(self, key: Sha) -> Iterator[Carried]:
        """What came back for a request, in the order in which it lies there."""
        for place in self._places.get(bytes.fromhex(key), ()):
            try:
                with self._files[place >> _OFFSET_BITS].open("rb") as file:
                    file.seek(place & ((1 << _OFFSET_BITS) - 1))
                    line = self._read(file.readline())
            except (FileNotFoundError, BadLine):  # taken away or written over meanwhile
                continue
            if line["custom_id"] == key:
                yield Carried(line["result"]["type"], line["result"].get("message") or {})

    def write_rejected(self, path: Path) -> None:
        """Say which lines could not be used, in a table; no table if there are none."""
        if not self.rejected:
            path.unlink(missing_ok=True)
            return
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", newline="") as file:
            csv.writer(file).writerows([("file", "line", "reason"), *self.rejected])

    def delete_read(self, store: AnswerStore) -> None:
        """Delete files of which every line is in the store, or of a request that ended in another way."""
        kept = set(self._kept)
        for keys in chunks([key.hex() for key in self._places]):
            for key in set(keys) - store.ends_of(keys).keys():
                kept.update(place >> _OFFSET_BITS for place in self._places[bytes.fromhex(key)])
        for number, path in enumerate(self._files):
            # what has grown meanwhile has lines that nobody has read
            if number not in kept and path.exists() and path.stat().st_size == self._sizes[number]:
                path.unlink(missing_ok=True)

    def reasons(self) -> Counter[str]:
        """Why lines could not be used, and how many."""
        return Counter(reason for _, _, reason in self.rejected)

    def _look_through(self, number: int, path: Path) -> None:
        start = 0
        with path.open("rb") as file:
            for line_number, line in enumerate(file, 1):
                if line.strip():
                    try:
                        self._note(number, start, self._read(line))
                    except BadLine as error:
                        self.rejected.append((path.name, line_number, str(error)))
                        self._kept.add(number)
                start += len(line)
        self._sizes.append(start)

    def _note(self, number: int, start: int, line: Mapping[str, Any]) -> None:
        if _KEY.fullmatch(line["custom_id"]) is None:
            self._kept.add(number)  # an answer to somebody else's request
            return
        key = bytes.fromhex(line["custom_id"])
        self._places[key] = (*self._places.get(key, ()), number << _OFFSET_BITS | start)

    def _read(self, line: bytes) -> dict[str, Any]:
        """A line whose shape can be relied on. Raises BadLine."""
        try:
            read = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError:
            raise BadLine("no JSON") from None
        try:
            found = _Line.model_validate(read)
        except ValidationError as error:
            # names of our own fields alone: the other side of an error may quote the line
            place = ".".join(str(name) for name in error.errors(include_input=False)[0]["loc"])
            raise BadLine(f"not the shape of a result: {place or 'no object'}") from None
        if found.result.type == SUCCEEDED:
            self._check(found.result.message)
        assert isinstance(read, dict)
        return read

    def _check(self, message: _Message | None) -> None:
        """A rehearsed answer is never taken for a model's, nor the other way round."""
        if message is None or any(block.type == "text" and block.text is None for block in message.content):
            raise BadLine("not the shape of a result: result.message")
        is_rehearsed = message.id.startswith(REHEARSAL_ID)
        if is_rehearsed and not self._is_rehearsal:
            raise BadLine("a rehearsed answer: OEI_ENGINE asks for a model's")
        if self._is_rehearsal and not is_rehearsed:
            raise BadLine("a model's answer: OEI_ENGINE asks for rehearsed ones")
