"""Errors as the vendor's API words them: a status, a type, a message, and a code only where one exists.

What causes them is decided elsewhere; nothing that a client sent is ever repeated in a message.
"""

from collections.abc import Mapping
from itertools import count
from uuid import uuid4

import orjson

TYPES: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


_PROCESS, _NUMBERS = uuid4().hex[:12], count()


class ApiError(Exception):
    """An answer that is an error. `headers` go with it as they are."""

    def __init__(
        self, status: int, message: str, error_code: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.error_code = status, message, error_code
        self.headers = dict(headers or {})

    def body(self, request_id: str) -> bytes:
        """The JSON of the error."""
        return orjson.dumps(error_object(self.status, self.message, request_id, self.error_code))


def error_object(status: int, message: str, request_id: str, error_code: str | None = None) -> dict[str, object]:
    """The error as an object, as it stands in a reply and in a line of batch results."""
    error: dict[str, object] = {"type": TYPES.get(status, "api_error"), "message": message}
    if error_code:
        error["details"] = {"error_code": error_code}
    return {"type": "error", "error": error, "request_id": request_id}


def new_request_id() -> str:
    """A fresh id for the header `request-id`."""
    return f"req_{_PROCESS}{next(_NUMBERS):012x}"
