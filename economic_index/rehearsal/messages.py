"""Live requests: `POST /v1/messages`, `/v1/messages/count_tokens` and `GET /v1/models/{id}`.

Answers are made in rehearsal.py; batches have a module of their own.
"""

import asyncio
from time import monotonic

import orjson
from aiohttp import web

from economic_index.rehearsal.asked import Asked, parsed
from economic_index.rehearsal.delivery import delivered, dropped, is_gone, json_response
from economic_index.rehearsal.draws import uniform
from economic_index.rehearsal.errors import ApiError
from economic_index.rehearsal.faults import error_of
from economic_index.rehearsal.models import model_row
from economic_index.rehearsal.rehearsal import Rehearsal
from economic_index.rehearsal.strictness import headers_problem

DRAW_HEADER = "x-oei-draw"


class LiveMessages:
    """The endpoints that answer at once."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        return [
            web.post("/v1/messages", self.create),
            web.post("/v1/messages/count_tokens", self.count_tokens),
            web.get("/v1/models/{model}", self.model),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or fail as its fault wants. Raises ApiError."""
        raw = await request.read()
        started = monotonic()
        stats = self._rehearsal.stats
        stats.entered()
        try:
            return await self._answered(request, self._asked(request, raw), started)
        finally:
            stats.left()

    def _asked(self, request: web.Request, raw: bytes) -> Asked:
        check_headers(request, self._rehearsal)
        draw = request.headers.get(DRAW_HEADER, "0")
        if not draw.isascii() or not draw.isdigit():
            raise ApiError(400, f"{DRAW_HEADER}: should be a number")
        return self._rehearsal.read(raw, int(draw))

    async def _answered(self, request: web.Request, asked: Asked, started: float) -> web.StreamResponse:
        rehearsal = self._rehearsal
        behaviour, seen = rehearsal.behaviour, rehearsal.stats.arrived(asked.identity)
        use = rehearsal.cache_use(rehearsal.live_cache, asked)
        limits = rehearsal.limits.of(asked.model, behaviour, rehearsal.clock())
        limits.admit(asked.input_tokens - use.read, rehearsal.clock())
        fault = rehearsal.next_fault(asked, seen)
        error = error_of(fault, behaviour.retry_after)
        if error is not None and error.status < 500:
            raise error
        await self._wait(asked, seen.tries, started)
        if error is not None:
            raise error
        if fault == "drop_before" or is_gone(request):
            return dropped(request)
        rehearsal.live_cache.commit(use, rehearsal.clock())
        message = rehearsal.make(asked, seen, use, fault)
        limits.spend_output((message.get("usage") or {}).get("output_tokens", 0))
        headers = limits.headers(rehearsal.clock())
        body = orjson.dumps(message)
        response, is_whole = await delivered(request, body, fault, behaviour.slow_seconds, headers)
        seen.completed += is_whole
        return response

    async def _wait(self, asked: Asked, try_number: int, started: float) -> None:
        behaviour = self._rehearsal.behaviour
        seconds = behaviour.latency
        if behaviour.jitter:
            seconds += behaviour.jitter * uniform(behaviour.seed, "jitter", asked.identity, try_number)
        if seconds:
            await asyncio.sleep(max(seconds - (monotonic() - started), 0.0))

    async def count_tokens(self, request: web.Request) -> web.Response:
        """The estimate of a request's input tokens. Raises ApiError."""
        raw = await request.read()
        check_headers(request, self._rehearsal)
        body = parsed(raw)
        whole = {"max_tokens": 1, **body} if isinstance(body, dict) else body
        asked = self._rehearsal.read(orjson.dumps(whole), 0)
        return json_response(orjson.dumps({"input_tokens": asked.input_tokens}))

    async def model(self, request: web.Request) -> web.Response:
        """What a model accepts. Raises ApiError 404 if it is not known."""
        check_headers(request, self._rehearsal)
        row = model_row(request.match_info["model"])
        if row is None:
            raise ApiError(404, "model: not found")
        return json_response(orjson.dumps(row.as_json()))


def check_headers(request: web.Request, rehearsal: Rehearsal) -> None:
    """Raise what is wrong with the headers of a request, where the server is strict."""
    if rehearsal.behaviour.strict and (problem := headers_problem(request.headers)) is not None:
        raise problem
