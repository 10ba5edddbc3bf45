"""The application: its routes, and the headers and errors that all of its answers have in common.

How it is run is running.py's. Nothing is logged: a request holds the text of a conversation.
"""

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from economic_index.rehearsal.control import Control
from economic_index.rehearsal.delivery import json_response
from economic_index.rehearsal.errors import ApiError, new_request_id
from economic_index.rehearsal.messages import LiveMessages
from economic_index.rehearsal.rehearsal import Clock, Rehearsal
from economic_index.rehearsal.settings import Behaviour

MARK = "x-oei-rehearsal"
REQUEST_ID = "request-id"
MAX_BODY = 32 * 1024 * 1024


def build_app(behaviour: Behaviour, state_dir: Path, clock: Clock) -> web.Application:
    """The server. What it knows of batches is kept in `state_dir`; `clock` gives times with a zone.

    Raises UnknownSetting if a file of recorded answers cannot be read.
    """
    rehearsal = Rehearsal(behaviour, clock)
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_counted(rehearsal)])
    app.on_response_prepare.append(_marked)
    for part in (LiveMessages(rehearsal), Control(rehearsal)):
        app.add_routes(part.routes())

    async def close(_: web.Application) -> None:
        rehearsal.close()

    app.on_cleanup.append(close)
    return app


async def _marked(request: web.Request, response: web.StreamResponse) -> None:
    """Every answer says that it is a rehearsal's, so that nobody takes it for a model's."""
    response.headers[MARK] = "1"
    response.headers.setdefault(REQUEST_ID, new_request_id())


def _counted(rehearsal: Rehearsal) -> Middleware:
    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Errors become the API's own; every status but that of the control is counted."""
        try:
            response = await handler(request)
        except ApiError as error:
            response = _error_response(error)
        except web.HTTPException as error:
            response = _error_response(ApiError(error.status, error.reason))
        if request.path.startswith("/v1/"):
            rehearsal.stats.by_status[response.status] += 1
        return response

    return answer


def _error_response(error: ApiError) -> web.Response:
    request_id = new_request_id()
    return json_response(error.body(request_id), error.status, error.headers | {REQUEST_ID: request_id})
