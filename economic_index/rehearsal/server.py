"""The application: its routes, and the headers and errors that all of its answers have in common.

How it is run is running.py's. Nothing is logged: a request holds the text of a conversation.
"""

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from economic_index.rehearsal.batches import Batches
from economic_index.rehearsal.control import Control
from economic_index.rehearsal.delivery import REQUEST_ID, identified, json_response
from economic_index.rehearsal.errors import ApiError
from economic_index.rehearsal.messages import LiveMessages
from economic_index.rehearsal.rehearsal import Clock, Rehearsal
from economic_index.rehearsal.settings import Behaviour
from economic_index.rehearsal.stats import OWN_ERROR

MAX_BODY = 32 * 1024 * 1024


def build_app(behaviour: Behaviour, state_dir: Path, clock: Clock) -> web.Application:
    """The server. What it knows of batches is kept in `state_dir`; `clock` gives times with a zone.

    Raises UnknownSetting if a file of recorded answers cannot be read.
    """
    rehearsal = Rehearsal(behaviour, clock, state_dir)
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_counted(rehearsal)])
    batches = Batches(rehearsal, state_dir)
    for part in (LiveMessages(rehearsal), batches, Control(rehearsal)):
        app.add_routes(part.routes())
    app.cleanup_ctx.append(batches.while_running)

    async def close(_: web.Application) -> None:
        rehearsal.close()

    app.on_cleanup.append(close)
    return app


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
        except Exception as error:  # told by its kind alone: its text may hold what a client sent
            rehearsal.stats.failed(error)
            response = _error_response(ApiError(500, f"{OWN_ERROR}: {type(error).__name__}"))
        if request.path.startswith("/v1/"):
            rehearsal.stats.by_status[response.status] += 1
        return response

    return answer


def _error_response(error: ApiError) -> web.Response:
    marks = identified()
    return json_response(error.body(marks[REQUEST_ID]), error.status, error.headers | marks)
