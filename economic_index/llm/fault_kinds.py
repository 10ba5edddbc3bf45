"""What may go wrong with a try, whatever the vendor's library calls it.

That library is not loaded here: readings of logs keep nothing of it in memory.
"""

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What a fault means for the request, and for the run."""

    LIMITED = "limited"  # 429: wait; not counted as a try
    OVERLOADED = "overloaded"  # 5xx
    CONNECTION = "connection"
    DEADLINE = "deadline"
    BROKEN = "broken"  # a body that is no message
    INVALID = "invalid"  # 400, 413, 422: this request is wrong
    FATAL = "fatal"  # 401, 402, 403, 404: no request of this run can go through
    SPEND_LIMIT = "spend_limit"  # no money until a date, whoever set the limit


@dataclass(frozen=True)
class Fault:
    """One failed try."""

    kind: FaultKind
    status: int | None = None
    error_type: str | None = None
    error_code: str | None = None
    request_id: str | None = None
    retry_after: float | None = None
    access_returns: str | None = None

    @property
    def reason(self) -> str:
        """In a few words without any text of the request."""
        parts = [str(self.status or self.kind), self.error_code or self.error_type or ""]
        return " ".join(part for part in parts if part)[:64]
