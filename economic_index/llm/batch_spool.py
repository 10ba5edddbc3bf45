"""Bodies of batches on disk: written before the call, streamed into it, read again for what must be sent again.

Private text: files of one owner, deleted once their batch is over. What is in them is decided elsewhere.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import orjson

from economic_index.llm.batch_records import custom_id_of
from economic_index.llm.judging import OpenRequest
from economic_index.llm.request import Request

CHUNK = 1 << 20
_ENDING = ".batch.json"
_BEGIN, _BETWEEN, _END = b'{"requests":[\n', b",\n", b"\n]}"
_NAME, _PARAMS = b'{"custom_id":"', b'","params":'
_MARK = re.compile(rb',"cache_control":\{"type":"ephemeral"(?:,"ttl":"(?:5m|1h)")?\}')
_HOUR = b',"cache_control":{"type":"ephemeral","ttl":"1h"}'
OVERHEAD = 96
"""Bytes at most of a request in a batch beside its body."""


class Spool:
    """The body of one batch; open as long as it may be needed, even if another process has deleted it."""

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError."""
        self._file: BinaryIO = path.open("rb")
        self.size = os.fstat(self._file.fileno()).st_size

    async def stream(self) -> AsyncIterator[bytes]:
        """All of it, as a request body takes it."""
        place = 0
        while chunk := await asyncio.to_thread(os.pread, self._file.fileno(), CHUNK, place):
            place += len(chunk)
            yield chunk

    def bodies(self, wanted: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Name and body of the requests with these names, in their order."""
        self._file.seek(0)
        for line in self._file:
            name = line[len(_NAME) : len(_NAME) + 64].partition(b'"')[0].decode("ascii", "replace")
            if name in wanted:
                begin = len(_NAME) + len(name) + len(_PARAMS)
                yield name, line[begin : line.rindex(b"}")]

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


class SpoolFolder:
    """Where the bodies of batches are kept while they are needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, intent_id: str, items: Sequence[OpenRequest], is_cached: bool) -> Spool:
        """Write the body of a batch, with cache marks for an hour or with none."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(intent_id)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb", CHUNK) as file:
            file.write(_BEGIN)
            for number, item in enumerate(items):
                name = custom_id_of(intent_id, item.request.key).encode()
                body = marked(item.request.body) if is_cached else unmarked(item.request.body)
                file.write((_BETWEEN if number else b"") + _NAME + name + _PARAMS + _one_line(body) + b"}")
            file.write(_END)
        return Spool(path)

    def open(self, intent_id: str) -> Spool | None:
        """The body of a batch, if this home has it."""
        try:
            return Spool(self._path(intent_id))
        except FileNotFoundError:
            return None

    def delete(self, intent_id: str) -> None:
        """The batch is over."""
        self._path(intent_id).unlink(missing_ok=True)

    def sweep(self, live: Collection[str]) -> None:
        """Delete what a killed process left; nobody may be writing."""
        for path in self._folder.glob(f"*{_ENDING}"):
            if path.name.removesuffix(_ENDING) not in live:
                path.unlink(missing_ok=True)

    def _path(self, intent_id: str) -> Path:
        return self._folder / f"{intent_id}{_ENDING}"


def marked(body: bytes) -> bytes:
    """The body with its cache marks made to last an hour: a batch may take as long."""
    return _MARK.sub(_HOUR, body)


def unmarked(body: bytes) -> bytes:
    """The body without cache marks; its identity is the same. A quote within a text is escaped, so none is hit."""
    return _MARK.sub(b"", body)


def _one_line(body: bytes) -> bytes:
    return orjson.dumps(orjson.loads(body)) if b"\n" in body else body


def with_body(item: OpenRequest, body: bytes) -> OpenRequest:
    """A request from its record and its body on the spool, with the room for an answer that it now has."""
    old = item.request
    if item.was_truncated:
        body = orjson.dumps(orjson.loads(body) | {"max_tokens": old.max_tokens})
    request = Request(
        old.key, old.subject, body, old.draw, old.prefix, old.prefix_tokens, old.input_tokens, old.max_tokens
    )
    return OpenRequest(request, item.tries, item.was_unparsable, item.was_truncated)
