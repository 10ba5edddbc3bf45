import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from rehearsal_world import HandClock, World


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def world(tmp_path, clock):
    """Starts servers on this clock, and stops them."""
    worlds = World(tmp_path, clock)
    yield worlds
    worlds.close()
