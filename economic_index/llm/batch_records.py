"""One batch as it is recorded, and as it is shown to people; where the names of its requests come from.

Nothing is queried here.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from economic_index.llm.request import Sha
from economic_index.vocabulary import BatchState

# A request in such a batch is claimed: nobody else sends it.
LIVE = (BatchState.INTENT, BatchState.SUBMITTED, BatchState.UNKNOWN, BatchState.ENDED)


@dataclass(frozen=True)
class BatchRow:
    """One batch of ours, as it is recorded."""

    intent_id: str
    batch_id: str | None
    state: BatchState
    week_start: date
    n: int
    bytes: int
    prefix: str
    is_cached: bool
    is_primer: bool
    is_confirmed: bool
    reserved_micro: int
    readings: int
    read_share: float | None
    intent_at: datetime
    unknown_since: datetime | None = None
    not_found_since: datetime | None = None
    submitted_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    collected_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Whether its requests are claimed."""
        return self.state in LIVE


@dataclass(frozen=True)
class OpenBatch:
    """A batch whose answers are still to come, for people: no text, ages in seconds."""

    intent_id: str
    state: BatchState
    n: int
    is_primer: bool
    since_intent: float
    since_submission: float | None


def custom_id_of(intent_id: str, key: Sha) -> str:
    """The name of a request within its batch; it tells the batch even where the server does not."""
    return f"{intent_id}-{key[:40]}"


def batch_row(row: Any) -> BatchRow:
    """A batch out of the store."""
    values = {each.name: getattr(row, each.name) for each in fields(BatchRow)}
    return BatchRow(**values | {"state": BatchState(row.state)})
