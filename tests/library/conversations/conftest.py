"""An empty home and a folder for logs."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from economic_index.lake import Lake

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
