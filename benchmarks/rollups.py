"""The dbt models over synthetic conversations, against the same SQL in bare DuckDB, with dbt's own overhead.

Bare: each model's compiled SQL, run in order by one DuckDB connection in another file.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.synthetic import write_home
from orchestration.rollups_project import DBT_FOLDER, dbt_executable

# conversations, weeks, and DuckDB's memory limit (the project's own default, and more for six million)
SIZES = {
    "10K": (10_000, 12, "1200MB"),
    "100K": (100_000, 12, "1200MB"),
    "1M": (1_000_000, 20, "1200MB"),
    "6M": (6_000_000, 120, "4GB"),
}


def run_dbt(home: Path, memory: str) -> tuple[float, float, float]:
    """Seconds of the whole command, seconds in models, peak memory in GB."""
    folders = ["--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER)]
    only_models = ["--exclude-resource-type", "test", "unit_test"]
    command = [dbt_executable(), "--quiet", "build", *only_models, *folders, "--target-path", str(home / "dbt_target")]
    started = time.monotonic()
    subprocess.run(command, env=os.environ | {"OEI_HOME": str(home), "OEI_DUCKDB_MEMORY": memory}, check=True)
    whole = time.monotonic() - started
    results = json.loads((home / "dbt_target" / "run_results.json").read_text())["results"]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    return whole, sum(result["execution_time"] for result in results), peak


def run_bare(home: Path, memory: str) -> float:
    """Seconds for the compiled SQL of the same models, in their order, in a file of its own."""
    results = json.loads((home / "dbt_target" / "run_results.json").read_text())["results"]
    manifest = json.loads((home / "dbt_target" / "manifest.json").read_text())["nodes"]
    path = home / "bare" / "index.duckdb"
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"set threads = 2; set memory_limit = '{memory}'; set preserve_insertion_order = false")
        connection.execute("set enable_progress_bar = false")
        for schema in ("staging", "intermediate", "marts"):
            connection.execute(f"create schema {schema}")
        seed = DBT_FOLDER / "seeds" / "t_quantiles.csv"
        connection.execute(f"create table intermediate.t_quantiles as from '{seed}'")
        started = time.monotonic()
        for result in results:
            node = manifest[result["unique_id"]]
            if node["resource_type"] == "model" and node["config"]["materialized"] != "ephemeral":
                kind = "view" if node["config"]["materialized"] == "view" else "table"
                compiled = (home / "dbt_target" / "run").parent / "compiled"
                sql = (compiled / "open_economic_index" / node["original_file_path"]).read_text()
                connection.execute(f'create {kind} {node["schema"]}."{node["name"]}" as {sql}')
        return time.monotonic() - started


def measure(size: str) -> None:
    """One size, in a process of its own so that peak memory is its own."""
    conversations, weeks, memory = SIZES[size]
    with tempfile.TemporaryDirectory() as folder:
        lake = write_home(Path(folder), conversations, weeks)
        whole, models, peak = run_dbt(lake.root, memory)
        bare = run_bare(lake.root, memory)
        print(
            f"rollups {size}: models {models:.1f} s, the same SQL in bare DuckDB {bare:.1f} s: {models / bare:.2f}x; "
            f"dbt's start and overhead {whole - models:.1f} s; peak memory {peak:.2f} GB, DuckDB's limit {memory}",
            flush=True,
        )


def main() -> None:
    """All sizes asked for on the command line, else up to 100K."""
    for size in sys.argv[1:] or ["10K", "100K"]:
        subprocess.run([sys.executable, "-c", f"from benchmarks.rollups import measure; measure({size!r})"], check=True)


if __name__ == "__main__":
    main()
