"""Copying a finished dbt build out of DuckDB, so that readers never meet its writer.

Which build is current is lake.py's; nothing is computed here.
"""

import json
from dataclasses import dataclass

import duckdb

from economic_index.lake import Lake, LakeError

DONE = {"success", "pass", "warn", "no-op"}


@dataclass(frozen=True)
class Build:
    """One dbt invocation that built every mart and passed its tests."""

    build_id: str
    marts: tuple[str, ...]


def finished_build(lake: Lake) -> Build:
    """The last dbt invocation, or an error if it was not whole.

    Raises LakeError if a model or test failed, was skipped, or only some marts were built.
    """
    run = json.loads((lake.dbt_target / "run_results.json").read_text())
    manifest = json.loads((lake.dbt_target / "manifest.json").read_text())
    status = {result["unique_id"]: result["status"] for result in run["results"]}
    failed = [name for name, state in status.items() if state not in DONE]
    marts = {
        node_id: node["name"]
        for node_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }
    missing = [name for node_id, name in marts.items() if node_id not in status]
    if failed or missing:
        raise LakeError(
            f"The last dbt build is not whole ({len(failed)} failed, {len(missing)} not built: "
            f"{', '.join([*failed, *missing][:3])}). The marts served before stay. Build all models again."
        )
    return Build(run["metadata"]["invocation_id"], tuple(sorted(marts.values())))


def copy_marts(lake: Lake, build: Build, inputs: str) -> dict[str, int]:
    """Copy every mart to served/<build_id>/ and switch CURRENT; rows per mart."""
    with duckdb.connect(str(lake.duckdb_path), read_only=True) as connection:
        marts = {name: connection.execute(f'select * from marts."{name}"').to_arrow_table() for name in build.marts}
    lake.serve(build.build_id, marts, inputs)
    return {name: rows.num_rows for name, rows in marts.items()}
