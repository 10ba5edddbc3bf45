"""A home, and a real dbt build of it, for the tests of the rollups."""

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd
from worlds import World

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


def dbt(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run dbt on a home, as the product does."""
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    outputs = ["--target-path", str(home / "dbt_target"), "--log-path", str(home / "dbt_logs")]
    command = [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *arguments, *folders, *outputs]
    environment = os.environ | {"OEI_HOME": str(home)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@dataclass(frozen=True)
class Built:
    """A world and what dbt made of it."""

    world: World

    def query(self, sql: str) -> pd.DataFrame:
        """Rows of the finished database."""
        with self._database.cursor() as connection:
            return connection.execute(sql).df()

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        """Opened once: that takes longer than most queries, and nobody writes to a finished build."""
        return duckdb.connect(str(self.world.lake.duckdb_path), read_only=True)


def build(world: World) -> Built:
    """Build everything, data tests and unit tests included."""
    run = dbt(world.lake.root, "build")
    assert run.returncode == 0, run.stdout[-6000:]
    return Built(world)
