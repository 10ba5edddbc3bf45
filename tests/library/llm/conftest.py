import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from economic_index.rehearsal.running import RehearsalServer
from economic_index.rehearsal.settings import Behaviour

sys.path.insert(0, str(Path(__file__).parent))
from batch_runs import HandClock, Home


@pytest.fixture
def server(tmp_path):
    """A calm rehearsal server; a test changes it by `control`."""
    with RehearsalServer(Behaviour(), tmp_path / "server", lambda: datetime.now(UTC)) as running:
        yield running


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def played(tmp_path, clock):
    """A calm rehearsal server on a clock that is turned by hand; it keeps its batches in `tmp_path / "played"`."""
    with RehearsalServer(Behaviour(), tmp_path / "played", clock) as running:
        yield running


@pytest.fixture
def home(tmp_path, played, clock):
    """A home whose batches go to that server."""
    return Home(played.url, tmp_path / "home", clock)
