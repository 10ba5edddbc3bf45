"""The models of a build, run again on tables that a test fills: their compiled SQL in an in-memory DuckDB, no dbt."""

import graphlib
import json
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
from built_home import PROJECT

Rows = pd.DataFrame | list[dict[str, Any]]


class Compiled:
    """What dbt compiled of the project, with the columns that its contracts promise."""

    def __init__(self, dbt_target: Path) -> None:
        nodes = json.loads((dbt_target / "manifest.json").read_text())["nodes"].values()
        self._nodes = {node["name"]: node for node in nodes if node["resource_type"] in ("model", "seed")}

    def run(
        self, models: list[str], inputs: dict[str, Rows], wanted: Collection[str] = ()
    ) -> duckdb.DuckDBPyConnection:
        """Run the models in this order; what they read and is neither run nor given has no rows.

        With `wanted`, only they and those of the models that they are made of.
        """
        connection = _empty_index()
        needed = self._made_of(wanted or models, models)
        models = [name for name in models if name in needed]
        parents = {node.rsplit(".", 1)[-1] for name in models for node in self._nodes[name]["depends_on"]["nodes"]}
        for name in sorted(parents - set(models)):
            self._fill(connection, name, inputs.get(name, []))
        for name in models:
            node = self._nodes[name]
            connection.execute(f"create table {node['schema']}.{name} as {node['compiled_code']}")
        return connection

    def run_all(self, built_root: Path, home: Path, marts: Collection[str] = ()) -> duckdb.DuckDBPyConnection:
        """Every mart over another home, and what it is made of, in the order of the graph: the same SQL, without dbt.

        With `marts`, only they and what they are made of.
        """
        connection = _empty_index()
        marts = marts or [name for name, node in self._nodes.items() if node["schema"] == "marts"]
        needed = self._made_of(marts, self._nodes)
        for name in graphlib.TopologicalSorter({name: self._parents(name) for name in needed}).static_order():
            node = self._nodes[name]
            if node["resource_type"] == "seed":
                self._fill(connection, name, [])
            else:
                sql = node["compiled_code"].replace(str(built_root), str(home))
                connection.execute(f"create table {node['schema']}.{name} as {sql}")
        return connection

    def _made_of(self, wanted: Collection[str], among: Collection[str]) -> set[str]:
        """What is wanted and, of these, all that it is made of."""
        found: set[str] = set()
        waiting = list(wanted)
        while waiting:
            if (name := waiting.pop()) in among and name not in found:
                found.add(name)
                waiting.extend(self._parents(name))
        return found

    def _parents(self, name: str) -> set[str]:
        return {one.rsplit(".", 1)[-1] for one in self._nodes[name]["depends_on"].get("nodes", [])} & self._nodes.keys()

    def _fill(self, connection: duckdb.DuckDBPyConnection, name: str, rows: Rows) -> None:
        node = self._nodes[name]
        table = f"{node['schema']}.{name}"
        if node["resource_type"] == "seed":
            connection.from_arrow(_seed(node["original_file_path"])).create(table)
            return
        columns = ", ".join(f'"{column["name"]}" {column["data_type"]}' for column in node["columns"].values())
        connection.execute(f"create table {table} ({columns})")
        frame = pd.DataFrame(rows)
        if len(frame):
            connection.execute(f"insert into {table} by name select * from frame")


@cache
def _seed(path: str) -> pa.Table:
    """Rows of a seed, read once for all the worlds that need it."""
    return duckdb.read_csv(str(PROJECT / path)).to_arrow_table()


def _empty_index() -> duckdb.DuckDBPyConnection:
    """A database in memory with the schemas of a build. One thread: over small tables more cost more than they save."""
    connection = duckdb.connect(config={"threads": 1})
    # the name of the file that the SQL was compiled for: DuckDB names its catalog after it
    connection.execute('attach \':memory:\' as "index"; use "index"')
    for schema in ("staging", "intermediate", "marts"):
        connection.execute(f"create schema {schema}")
    return connection
