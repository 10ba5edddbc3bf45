"""What went wrong with a try, and whether another is worth it.

The vendor's exceptions end here: their messages may quote a request. Only status, type and code go on.
"""

from collections.abc import Mapping
from typing import Any

import aiohttp
import httpx2
import orjson

from economic_index.llm.client import StatusFault
from economic_index.llm.fault_kinds import Fault, FaultKind
from economic_index.llm.replies import BrokenReply

# A rate that grows too fast (ramp_limit_exceeded) is a matter of pace, not of money.
SPEND_CODES = {"enforced_spend_limit_reached", "contract_spend_limit_reached"}
_SPEND_WORDS = "specified API usage limits"
_SPEND_WORKSPACE = "workspace API usage limits"


def fault_of(error: BaseException) -> Fault | None:
    """The fault behind an exception of a try; None for what is no fault of the other side."""
    import anthropic  # late, as in client.py

    if isinstance(error, BrokenReply):
        return Fault(FaultKind.BROKEN, 200)
    if isinstance(error, TimeoutError | anthropic.APITimeoutError | httpx2.TimeoutException):
        return Fault(FaultKind.DEADLINE)
    if isinstance(error, anthropic.APIConnectionError | httpx2.TransportError | aiohttp.ClientError):
        return Fault(FaultKind.CONNECTION)
    if isinstance(error, StatusFault):
        return fault_of_status(error.status, error.headers, error.body)
    if isinstance(error, anthropic.APIStatusError):
        return fault_of_status(error.status_code, error.response.headers, error.response.content)
    return None


def fault_of_status(status: int, headers: Mapping[str, str], body: bytes) -> Fault:
    """The fault behind an answer that is an error."""
    told = _error_in(body)
    code = (told.get("details") or {}).get("error_code")
    common: dict[str, Any] = {
        "status": status,
        "error_type": told.get("type"),
        "error_code": code,
        "request_id": headers.get("request-id"),
    }
    if code in SPEND_CODES or (status == 400 and _speaks_of_spending(str(told.get("message")))):
        return Fault(FaultKind.SPEND_LIMIT, access_returns=headers.get("anthropic-access-returns"), **common)
    if status == 429:
        return Fault(FaultKind.LIMITED, retry_after=_seconds(headers.get("retry-after")), **common)
    if status >= 500 or status in {408, 409}:
        return Fault(FaultKind.OVERLOADED, retry_after=_seconds(headers.get("retry-after")), **common)
    if status in {401, 402, 403, 404}:
        return Fault(FaultKind.FATAL, **common)
    return Fault(FaultKind.INVALID, **common)


def _error_in(body: bytes) -> Mapping[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else {}


def _speaks_of_spending(message: str) -> bool:
    return _SPEND_WORDS in message or _SPEND_WORKSPACE in message


def _seconds(value: str | None) -> float | None:
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        return None  # a date: our own wait does
