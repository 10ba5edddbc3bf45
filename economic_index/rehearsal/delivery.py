"""How an answer reaches the client: whole, late, drip by drip, broken, or never.

The answer itself is made elsewhere; connections are dropped here alone.
"""

import asyncio
from collections.abc import Callable, Mapping

from aiohttp import web

from economic_index.rehearsal.errors import new_request_id

MARK = "x-oei-rehearsal"
REQUEST_ID = "request-id"
JSON = "application/json"
HTML = b"<!doctype html><title>Bad gateway</title><p>A gateway answered in place of the rehearsal.</p>"
DRIP_SECONDS = 0.2


def identified() -> dict[str, str]:
    """The headers of every answer: its id, and that it is a rehearsal's, so that nobody takes it for a model's."""
    return {MARK: "1", REQUEST_ID: new_request_id()}


def json_response(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A whole answer."""
    return web.Response(body=body, status=status, content_type=JSON, headers=identified() | (headers or {}))


def streamed(content_type: str, headers: dict[str, str] | None = None) -> web.StreamResponse:
    """An answer that is written piece by piece."""
    response = web.StreamResponse(headers=identified() | (headers or {}))
    response.content_type = content_type
    return response


def is_gone(request: web.Request) -> bool:
    """Whether the client has closed the connection."""
    return request.transport is None or request.transport.is_closing()


def dropped(request: web.Request) -> web.Response:
    """Drop the connection: the client gets nothing, whatever is returned."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def delivered(
    request: web.Request, body: bytes, fault: str, slow_seconds: float, headers: dict[str, str]
) -> tuple[web.StreamResponse, bool]:
    """The response as a fault lets it through, and whether the client got the whole answer."""
    if is_gone(request) or fault == "drop_after":
        return dropped(request), False
    if fault in _BROKEN:
        return _BROKEN[fault](body, headers), False
    if fault == "short_body":
        return await _short(request, body, headers), False
    if fault == "slow_body":
        return await _drip(request, body, slow_seconds, headers)
    if fault == "slow":
        await asyncio.sleep(slow_seconds)
    return json_response(body, headers=headers), not is_gone(request)


_BROKEN: Mapping[str, Callable[[bytes, dict[str, str]], web.Response]] = {
    "html": lambda _, headers: web.Response(body=HTML, content_type="text/html", headers=identified() | headers),
    "empty_body": lambda _, headers: json_response(b"", headers=headers),
    "cut_json": lambda body, headers: json_response(body[: len(body) * 2 // 3], headers=headers),
}


def _sized(body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    response = streamed(JSON, headers)
    response.content_length = len(body)
    return response


async def _short(request: web.Request, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    response = _sized(body, headers)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    dropped(request)
    return response


async def _drip(
    request: web.Request, body: bytes, seconds: float, headers: dict[str, str]
) -> tuple[web.StreamResponse, bool]:
    """A few bytes every 200 ms: no timeout of a single read ends it."""
    response = _sized(body, headers)
    await response.prepare(request)
    pieces = max(int(seconds / DRIP_SECONDS), 1)
    size = -(-len(body) // pieces)
    for start in range(0, len(body), size):
        if is_gone(request):
            return response, False
        await response.write(body[start : start + size])
        await asyncio.sleep(seconds / pieces)
    return response, not is_gone(request)
