"""Who reads the served marts while builds are served one after the other never errs and never mixes two builds.

The builds are of one real home; each stamps its number on every row of every mart, in DuckDB, before it is served.
"""

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pytest
from built_home import Built

from assets.served import Build, copy_marts, finished_build
from economic_index.lake import KEPT_BUILDS, Lake, LakeError
from economic_index.publish.served import ServedMarts

pytestmark = pytest.mark.slow
BUILDS = 8
# a reader may fall behind by fewer builds than are kept; real builds are at least seconds apart
BEHIND = KEPT_BUILDS - 2


@dataclass
class Reader:
    """One pass after the other until told to stop; a pass is one set of marts, with the numbers found in them."""

    read: Callable[[], set[int]]
    passes: list[set[int]] = field(default_factory=list)
    error: Exception | None = None

    def run(self, is_over: threading.Event) -> None:
        """Read until the builds are over, and once more."""
        try:
            while not is_over.is_set():
                self.passes.append(self.read())
                time.sleep(0.05)  # leaves the processor to who serves
            self.passes.append(self.read())
        except Exception as error:
            self.error = error

    def seen(self) -> set[int]:
        """The builds that were read."""
        return set().union(*self.passes)


@pytest.fixture
def home(built: Built, tmp_path: Path) -> Lake:
    """A copy of the built home as dbt left it."""
    lake = Lake(tmp_path)
    shutil.copy(built.world.lake.duckdb_path, lake.duckdb_path)
    shutil.copytree(built.world.lake.dbt_target, lake.dbt_target)
    return lake


def stamp(lake: Lake, build: Build, number: int) -> Build:
    """Make the database that of another build: its number stands in every row of every mart."""
    with duckdb.connect(str(lake.duckdb_path)) as connection:
        connection.execute("begin")  # one write to the disk, not one a mart
        for mart in build.marts:
            connection.execute(f'alter table marts."{mart}" drop column if exists build_number')
            connection.execute(f'alter table marts."{mart}" add column build_number integer default {number}')
        connection.execute("commit")
    return replace(build, build_id=f"build-{number}")


def numbers_of_library_reader(lake: Lake, marts: tuple[str, ...]) -> set[int]:
    """As the report reads: one ServedMarts, every mart."""
    served = ServedMarts.of(lake)
    found = {number for name in marts for number in served.mart(name)["build_number"].unique()}
    return found | {int(served.build_id.removeprefix("build-"))}


def numbers_of_sql_reader(lake: Lake, marts: tuple[str, ...]) -> set[int]:
    """As a notebook reads: CURRENT once, then one query over all files of its folder."""
    folder = lake.served_tables()
    assert sorted(path.stem for path in folder.glob("*.parquet")) == sorted(marts)
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select distinct build_number from read_parquet('{folder}/*.parquet', union_by_name = true)"
        ).fetchall()
    return {number for (number,) in rows}


def numbers_of_single_reader(lake: Lake, mart: str) -> set[int]:
    """One mart of whatever is current."""
    return set(lake.read_served(mart)["build_number"])


@dataclass
class HoldingReader:
    """Stays with a build until it is gone: what it still gets is right, and what is gone is an error, never empty."""

    lake: Lake
    mart: str
    held: ServedMarts | None = None
    times_gone: int = 0

    def __call__(self) -> set[int]:
        """Read the mart afresh, of the build that is held."""
        self.held = self.held or ServedMarts.of(self.lake)
        number = int(self.held.build_id.removeprefix("build-"))
        try:
            return {number} | set(self.held.read(self.mart)["build_number"])
        except LakeError as gone:
            if "no longer served" not in str(gone):
                raise
            self.held, self.times_gone = None, self.times_gone + 1
            return {number}


def serve_many(lake: Lake, build: Build, readers: list[Reader]) -> None:
    """Serve build after build, and every third a second time, as after a run whose report failed."""
    for number in range(1, BUILDS + 1):
        stamped = stamp(lake, build, number)
        for _ in range(2 if number % 3 == 1 else 1):
            copy_marts(lake, stamped, f"inputs-{number}")
        ends = time.monotonic() + 60
        while any(len(reader.passes) < number - BEHIND and reader.error is None for reader in readers):
            assert time.monotonic() < ends, "a reader does not come along"
            time.sleep(0.005)


def test_a_reader_beside_builds_sees_one_build_at_a_time(home: Lake) -> None:
    build = finished_build(home)
    # not all marts: these are enough for a reader to meet two builds between them
    build = replace(build, marts=tuple(sorted({*build.marts[:23], "mart_headlines", "mart_tasks"})))
    assert len(build.marts) > 20
    copy_marts(home, stamp(home, build, 0), "inputs-0")
    holding = HoldingReader(home, "mart_headlines")
    readers = [
        Reader(lambda: numbers_of_library_reader(home, build.marts)),
        Reader(lambda: numbers_of_sql_reader(home, build.marts)),
        Reader(lambda: numbers_of_single_reader(home, "mart_tasks")),
        Reader(holding),
    ]
    is_over = threading.Event()
    threads = [threading.Thread(target=reader.run, args=(is_over,)) for reader in readers]
    for thread in threads:
        thread.start()
    try:
        serve_many(home, build, readers)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    for reader in readers:
        if reader.error is not None:
            raise reader.error
        assert [len(numbers) for numbers in reader.passes] == [1] * len(reader.passes)
        assert [max(numbers) for numbers in reader.passes] == sorted(max(numbers) for numbers in reader.passes)
    for reader in readers[:3]:
        assert len(reader.seen()) >= BUILDS // 2
        assert max(reader.seen()) == BUILDS
    assert holding.times_gone > 0
    kept = {path.name for path in (home.root / "served").iterdir() if path.is_dir()}
    assert kept == {f"build-{number}" for number in range(BUILDS - KEPT_BUILDS + 1, BUILDS + 1)}
    with pytest.raises(LakeError, match="no longer served"):
        home.read_served_in(home.root / "served" / "build-0", "mart_tasks")
