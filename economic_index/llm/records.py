"""What the store keeps of each try, each answer and each request that ended without one.

Plain values; nothing is written here. A reply is private: no repr shows it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from economic_index.llm.prices import Usage
from economic_index.llm.request import Sha, Subject
from economic_index.vocabulary import State, Transport


@dataclass(frozen=True)
class Attempt:
    """One try, whatever came of it. `outcome`: answered, retried, or the state in which it ended."""

    key: Sha
    subject: Subject
    run_id: str
    week_start: date
    transport: Transport
    draw: int
    n: int
    started_at: datetime
    ms: int
    outcome: str
    usage: Usage
    usd_micro: int
    http_status: int | None = None
    error_type: str | None = None
    error_code: str | None = None
    request_id: str | None = None
    service_tier: str | None = None
    batch_intent: str | None = None


@dataclass(frozen=True)
class Answer:
    """A reply that says what was asked."""

    key: Sha
    subject: Subject
    served_model: str
    reply: str = field(repr=False)
    is_repaired: bool
    request_id: str | None
    answered_at: datetime


@dataclass(frozen=True)
class Outcome:
    """A request that ended without an answer: refused, truncated, unparsable or dead."""

    key: Sha
    subject: Subject
    state: State
    reason: str
    category: str | None
    tries: int
    last_at: datetime


@dataclass(frozen=True)
class Settled:
    """One try, and what it ended, if it ended the request: written in one transaction."""

    attempt: Attempt
    end: Answer | Outcome | None


@dataclass(frozen=True)
class StoredAnswer:
    """An answer as it is read again."""

    key: Sha
    asked: tuple[tuple[str, str], ...]
    served_model: str
    reply: str = field(repr=False)
    is_repaired: bool
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredOutcome:
    """An end without an answer, as it is read again."""

    key: Sha
    asked: tuple[tuple[str, str], ...]
    state: State
    reason: str
    tries: int
