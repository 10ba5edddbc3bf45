"""Settings and counts over HTTP: `GET` and `POST /_control`, `GET /_stats`.

Not part of the vendor's protocol, and without a key: the server listens on the loopback address alone.
"""

import orjson
from aiohttp import web

from economic_index.rehearsal.asked import parsed
from economic_index.rehearsal.delivery import json_response
from economic_index.rehearsal.errors import ApiError
from economic_index.rehearsal.rehearsal import Rehearsal
from economic_index.rehearsal.settings import UnknownSetting


class Control:
    """The endpoints by which a rehearsal is steered and judged."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        return [
            web.get("/_control", self.settings),
            web.post("/_control", self.change),
            web.get("/_stats", self.stats),
        ]

    async def settings(self, request: web.Request) -> web.Response:
        """All settings."""
        return json_response(orjson.dumps(self._rehearsal.behaviour.as_json()))

    async def change(self, request: web.Request) -> web.Response:
        """Change some settings; answers with all of them. Raises ApiError 400 for one that there is not."""
        changes = parsed(await request.read())
        if not isinstance(changes, dict):
            raise ApiError(400, "the body should be an object of settings")
        try:
            self._rehearsal.change(changes)
        except UnknownSetting as error:
            raise ApiError(400, str(error)) from None
        return await self.settings(request)

    async def stats(self, request: web.Request) -> web.Response:
        """All counts; those of every identity with `?detail=1`."""
        detail = request.query.get("detail") == "1"
        return json_response(orjson.dumps(self._rehearsal.stats.as_json(detail)))
