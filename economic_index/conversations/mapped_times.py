"""Times in the cells of a mapped table, read in the one format and the zone that the mapping names.

No format is guessed here: a cell that is written otherwise has no usable time.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from economic_index.conversations.times import believed, parse_epoch, parse_iso

_EXPONENTS = {"epoch_s": 0, "epoch_ms": 3}


@dataclass(frozen=True)
class TimeRule:
    """`format` is iso, epoch_s, epoch_ms or a pattern of strptime; `zone` is for times that name none, UTC if None."""

    format: str = "iso"
    zone: ZoneInfo | None = None

    def read(self, value: Any, as_of: datetime) -> tuple[datetime | None, bool]:
        """The moment, aware, UTC; None if there is none or it cannot be true. And whether UTC was assumed.

        It is where neither the cell nor the mapping says a zone.
        """
        moment = self._moment(value)
        if moment is None:
            return None, False
        return believed(self._to_utc(moment), as_of), self.zone is None and moment.tzinfo is None

    def _moment(self, value: Any) -> datetime | None:
        if isinstance(value, datetime):  # a table of typed columns needs no format
            return datetime.combine(value.date(), value.time(), value.tzinfo)
        if isinstance(value, date):
            return datetime.combine(value, time())
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if self.format in _EXPONENTS:
            return parse_epoch(value, _EXPONENTS[self.format])
        return self._of_text(value.strip()) if isinstance(value, str) else None

    def _of_text(self, text: str) -> datetime | None:
        if self.format == "iso":
            return parse_iso(text)
        try:
            return datetime.strptime(text, self.format)  # noqa: DTZ007 - the zone is the mapping's
        except ValueError:
            return None

    def _to_utc(self, moment: datetime) -> datetime | None:
        """An hour that a clock shows twice is the first of the two; one that it skips is read by the clock before."""
        try:
            aware = moment if moment.tzinfo else moment.replace(tzinfo=self.zone or UTC, fold=0)
            return aware.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
