"""Which fault a try meets, by name: drawn from the seed, the identity and the number of the try alone.

What a fault does to a message is altering.py's, and to its delivery delivery.py's.
"""

from collections.abc import Mapping

from economic_index.rehearsal.draws import uniform
from economic_index.rehearsal.errors import ApiError

ERRORS: Mapping[str, tuple[int, str, str | None]] = {
    "http_400": (400, "The rehearsal found this request invalid.", None),
    "user_limit": (400, "You have reached your specified API usage limits. You will regain access later.", None),
    "http_401": (401, "The rehearsal does not know this key.", None),
    "http_402": (402, "The rehearsal sees a problem with billing.", None),
    "http_403": (403, "The rehearsal does not permit this.", None),
    "http_404": (404, "The rehearsal found nothing here.", None),
    "http_409": (409, "The rehearsal met a conflict.", None),
    "http_413": (413, "The rehearsal found this request too large.", None),
    "http_429": (429, "The rehearsal limits the rate of requests.", None),
    "http_429_bare": (429, "The rehearsal limits the rate of requests.", None),
    "ramp_limit": (429, "The rehearsal saw the rate grow too fast.", "ramp_limit_exceeded"),
    "spend_limit": (429, "The rehearsal has reached the month's limit.", "enforced_spend_limit_reached"),
    "contract_limit": (429, "The rehearsal has reached the contract's limit.", "contract_spend_limit_reached"),
    "http_500": (500, "The rehearsal met an error of its own.", None),
    "http_503": (503, "The rehearsal is not available.", None),
    "http_504": (504, "The rehearsal took too long.", None),
    "http_529": (529, "The rehearsal is overloaded.", None),
}
"""No answer is made, and nothing is billed."""

BEFORE_ANSWER = frozenset({"drop_before"})
"""The connection is dropped, and no answer was made."""

DELIVERY = frozenset({"drop_after", "short_body", "slow_body", "slow", "cut_json", "empty_body", "html"})
"""An answer is made and billed, and reaches the client late, broken or never."""

MESSAGE = frozenset(
    {
        "refusal",
        "refusal_empty",
        "max_tokens",
        "context_window",
        "unknown_stop_reason",
        "thinking_first",
        "enum_capitals",
        "enum_unknown",
        "out_of_range",
        "not_json",
        "empty_content",
        "no_usage",
    }
)
"""The message itself is another than wanted; it is whole, and billed."""

FAULTS = frozenset(ERRORS) | BEFORE_ANSWER | DELIVERY | MESSAGE


def drawn_fault(rates: Mapping[str, float], seed: int, identity: str, try_number: int) -> str:
    """The fault of one try, "" for none: at most one, each as likely as its rate (which sum to 1 or less)."""
    if not rates:
        return ""
    left = uniform(seed, "fault", identity, try_number)
    for name, rate in rates.items():
        left -= rate
        if left < 0:
            return name
    return ""


def error_of(fault: str, retry_after: float) -> ApiError | None:
    """The error that a fault is, if it is one; only the plain rate limit says how long to wait."""
    if fault not in ERRORS:
        return None
    status, message, code = ERRORS[fault]
    headers = {"retry-after": f"{retry_after:g}"} if fault in {"http_429", "ramp_limit"} else None
    return ApiError(status, message, code, headers)
