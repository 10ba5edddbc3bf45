"""Reading sources into a home with a fixed key and clock, as LogReader does for the assets."""

from datetime import UTC, date, datetime

from economic_index.conversations.reading import LogReader
from economic_index.conversations.reading_outcome import Reading
from economic_index.conversations.sources import AssignWeeks, Source
from economic_index.lake import Lake

KEY = b"k" * 32
AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
WEEKS = AssignWeeks(date(2026, 1, 5), 12)


def read_logs(lake: Lake, *sources: Source, key: bytes = KEY) -> Reading:
    """Read sources into a home."""
    return LogReader(sources, key, AS_OF).read(lake)
