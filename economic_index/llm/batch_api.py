"""The calls of Message Batches: bytes from the spool out, plain JSON in, no retries; the key goes to one server only.

What to do about a fault is decided elsewhere.
"""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import orjson

from economic_index.llm.batch_settings import BatchSettings
from economic_index.llm.batch_spool import Spool
from economic_index.llm.client import READ_TIMEOUT, MessagesClient
from economic_index.llm.replies import BrokenReply

PATH = "/v1/messages/batches"
PAGE = 1_000
OWN_CUSTOM_ID = re.compile(r"([0-9a-f]{8})-[0-9a-f]{40}")
# So many lines of a batch that may be ours are looked at before it is called somebody else's.
LOOKED_AT = 1_000


@dataclass(frozen=True)
class RemoteBatch:
    """A batch as the server tells it; `n` is the sum of its counts, the only thing by which it can be told."""

    batch_id: str
    has_ended: bool
    n: int
    created_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    is_archived: bool
    results_url: str | None

    @classmethod
    def of(cls, document: Any) -> "RemoteBatch":
        """The batch in a document. Raises BrokenReply."""
        try:
            if document["type"] != "message_batch":
                raise BrokenReply
            return cls(
                str(document["id"]),
                document["processing_status"] == "ended",
                sum(document["request_counts"].values()),
                _required(document["created_at"]),
                _moment(document.get("expires_at")),
                _moment(document.get("ended_at")),
                document.get("archived_at") is not None,
                document.get("results_url"),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BrokenReply from None


class BatchApi:
    """Batches on one server. Every call raises the vendor's exceptions, TimeoutError, BrokenReply and Unusable."""

    def __init__(self, client: MessagesClient, settings: BatchSettings) -> None:
        self._client, self._settings = client, settings

    async def create(self, spool: Spool) -> RemoteBatch:
        """Submit what is on the spool, streamed from disk: sent once, whatever happens."""
        headers = {"content-type": "application/json", "content-length": str(spool.size)}
        async with asyncio.timeout(self._settings.create_deadline):
            response = await self._client.sdk.post(
                PATH,
                cast_to=httpx2.Response,
                content=spool.stream(),
                options={"headers": headers, "timeout": self._settings.create_deadline, "max_retries": 0},
            )
        return RemoteBatch.of(self._document(response))

    async def retrieve(self, batch_id: str) -> RemoteBatch:
        """One batch as it stands."""
        return RemoteBatch.of(await self._get(f"{PATH}/{batch_id}"))

    async def reach(self) -> None:
        """See that the server is there, takes the key, knows batches, and is what the engine asks for."""
        await self._get(f"{PATH}?limit=1")

    async def since(self, moment: datetime) -> list[RemoteBatch]:
        """All batches created since then, of whoever shares the account, newest first."""
        found: list[RemoteBatch] = []
        after = ""
        while True:
            page = await self._get(f"{PATH}?limit={PAGE}{after}")
            if not isinstance(page, dict) or not isinstance(page.get("data"), list):
                raise BrokenReply
            batches = [RemoteBatch.of(each) for each in page["data"]]
            found += [batch for batch in batches if batch.created_at >= moment]
            if not page.get("has_more") or not batches or batches[-1].created_at < moment:
                return found
            after = f"&after_id={batches[-1].batch_id}"

    async def results(self, batch: RemoteBatch) -> AsyncGenerator[dict[str, Any], None]:
        """The lines of an ended batch in any order, some twice; BrokenReply where the stream is cut."""
        from anthropic import AsyncStream  # late, as in client.py

        until = time.monotonic() + self._settings.results_deadline
        stream = await self._client.sdk.get(
            self._results_place(batch),
            cast_to=object,
            options={"headers": {"accept": "application/x-jsonl"}, "timeout": READ_TIMEOUT, "max_retries": 0},
            stream=True,
            stream_cls=AsyncStream[object],
        )
        try:
            self._client.check_origin(stream.response.headers)
            async for line in _lines(stream.response):
                yield _parsed_line(line)
                if time.monotonic() > until:  # asyncio.timeout must not span a yield
                    raise TimeoutError
        finally:
            await stream.close()

    async def owner(self, batch: RemoteBatch) -> str | None:
        """The intent that the results of an ended batch name; None for a batch that is not ours."""
        seen = 0
        async with aclosing(self.results(batch)) as lines:
            async for line in lines:
                if named := OWN_CUSTOM_ID.fullmatch(str(line.get("custom_id"))):
                    return named[1]
                if (seen := seen + 1) >= LOOKED_AT:
                    break
        return None

    async def cancel(self, batch_id: str) -> None:
        """Have a batch end early; what it has answered is kept, and billed."""
        await self._small(self._client.sdk.post, f"{PATH}/{batch_id}/cancel")

    async def delete(self, batch_id: str) -> None:
        """Have the server forget inputs and outputs."""
        await self._small(self._client.sdk.delete, f"{PATH}/{batch_id}")

    def _results_place(self, batch: RemoteBatch) -> str:
        """Where the results are; a URL elsewhere is not followed, as the key would go there with the request."""
        own, told = self._client.sdk.base_url, httpx2.URL(batch.results_url or "")
        if (told.scheme, told.host, told.port) == (own.scheme, own.host, own.port):
            return str(told)
        return f"{PATH}/{batch.batch_id}/results"

    async def _get(self, path: str) -> Any:
        return await self._small(self._client.sdk.get, path)

    async def _small(self, call: Callable[..., Awaitable[httpx2.Response]], path: str) -> Any:
        async with asyncio.timeout(self._settings.deadline):
            response = await call(
                path, cast_to=httpx2.Response, options={"timeout": self._settings.deadline, "max_retries": 0}
            )
        return self._document(response)

    def _document(self, response: httpx2.Response) -> Any:
        self._client.check_origin(response.headers)
        try:
            return orjson.loads(response.content)
        except orjson.JSONDecodeError:
            raise BrokenReply from None


async def _lines(response: httpx2.Response) -> AsyncIterator[bytes]:
    """Lines between line feeds alone: a reply may hold other characters at which texts are split."""
    rest = b""
    try:
        async for chunk in response.aiter_bytes():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                if line:
                    yield line
    except (httpx2.HTTPError, httpx2.StreamError):
        raise BrokenReply from None
    if rest:
        yield rest


def _parsed_line(line: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise BrokenReply
    return document


def _required(text: str) -> datetime:
    moment = _moment(text)
    if moment is None:
        raise BrokenReply
    return moment


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def error_of(result: Mapping[str, Any]) -> tuple[str, str | None]:
    """Type and request id of an errored result."""
    outer = result.get("error")
    inner = outer.get("error") if isinstance(outer, dict) else None
    kind = inner.get("type") if isinstance(inner, dict) else None
    request_id = outer.get("request_id") if isinstance(outer, dict) else None
    return str(kind or "errored")[:24], request_id if isinstance(request_id, str) else None
