"""A home that was drawn from, for each test afresh, and sheets filled in by invented coders."""

import shutil
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from review_home import WEEKS, write_home

from economic_index.lake import Lake
from economic_index.review.checking import Checked, check
from economic_index.review.desk import ReviewDesk
from economic_index.review.draws import DrawPlan
from economic_index.review.files import readings_in
from economic_index.review.tasks import Task
from economic_index.vocabulary import ReadingKind

TODAY = date(2026, 2, 2)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks, drawn from once each."""
    path = tmp_path_factory.mktemp("review") / "home"
    desk = ReviewDesk(write_home(path))
    for week in WEEKS:
        desk.draw_week(DrawPlan(wanted=30), week, date(2026, 2, 1))
    return path


@pytest.fixture
def desk(written: Path, tmp_path: Path) -> ReviewDesk:
    shutil.copytree(written, tmp_path / "home")
    return ReviewDesk(Lake(tmp_path / "home"))


@pytest.fixture
def tasks(desk: ReviewDesk) -> list[Task]:
    """All that was drawn, handed out for a first reading."""
    items = desk.to_read(ReadingKind.FIRST, 2)
    return desk.hand_out(items, ReadingKind.FIRST, "u1who", datetime(2026, 2, 2, tzinfo=UTC)).tasks


@pytest.fixture
def read(desk: ReviewDesk, tmp_path: Path) -> Callable[..., Checked]:
    """Check a file as the home stands, and keep what it says."""

    def from_content(content: str | bytes, name: str = "back.csv", *, keep: bool = True) -> Checked:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        checked = check(readings_in(path), desk.known(lambda raw: f"u1{hash(raw) % 997}", TODAY))
        if keep:
            desk.take(name, checked, TODAY)
        return checked

    return from_content
