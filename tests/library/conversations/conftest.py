"""A home, a key and a clock for tests of reading."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from economic_index.conversations.reading import LogReader, Reading
from economic_index.conversations.sources import AssignWeeks, Source
from economic_index.lake import Lake

KEY = b"k" * 32
AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
WEEKS = AssignWeeks(date(2026, 1, 5), 12)

settings.register_profile(
    "reading", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("reading")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty home."""
    return Lake(tmp_path / "home")


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder for logs."""
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


def read_logs(lake: Lake, *sources: Source, key: bytes = KEY) -> Reading:
    """Read sources into a home."""
    return LogReader(sources, key, AS_OF).read(lake)
