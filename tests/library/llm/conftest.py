import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from economic_index.rehearsal.running import RehearsalServer
from economic_index.rehearsal.settings import Behaviour

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def server(tmp_path):
    """A calm rehearsal server; a test changes it by `control`."""
    with RehearsalServer(Behaviour(), tmp_path / "server", lambda: datetime.now(UTC)) as running:
        yield running
