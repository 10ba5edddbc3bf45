"""What it takes to begin: Dagster's definitions loaded and dbt's project parsed, beside a bare interpreter."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from orchestration.rollups_project import DBT_FOLDER, dbt_executable

ROUNDS = 3


def seconds(command: list[str], home: Path) -> float:
    """The median of some runs, each a process of its own in a home without data."""
    taken = []
    for _ in range(ROUNDS):
        started = time.monotonic()
        environment = {"OEI_HOME": str(home), "DAGSTER_HOME": str(home), "PATH": "/usr/bin:/bin"}
        subprocess.run(command, env=environment, check=True, capture_output=True)
        taken.append(time.monotonic() - started)
    return sorted(taken)[ROUNDS // 2]


def main() -> None:
    """Print the three beside each other."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        bare = seconds([sys.executable, "-c", "import duckdb; duckdb.sql('select 1')"], home)
        dagster = seconds([sys.executable, "-c", "import orchestration.definitions"], home)
        folders = ["--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER), "--target-path", folder]
        dbt = seconds([dbt_executable(), "--quiet", "parse", "--no-partial-parse", *folders], home)
    print(f"starting: Python with DuckDB {bare:.1f} s, Dagster's definitions {dagster:.1f} s, dbt's parse {dbt:.1f} s")
