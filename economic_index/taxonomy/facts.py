"""The shipped facts: loaded from the package, checked against their manifest.

Sentences are not here (statements.py), and nothing is joined that dbt joins.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from economic_index.contracts.reference import FACT_TABLES

FOLDER = Path(__file__).parent / "facts"


class FactsDamaged(Exception):
    """A shipped file is not the one that was built."""


@dataclass(frozen=True)
class FactEntry:
    """What the manifest says of one table."""

    rows: int
    sha256: str
    url: str
    vintage: str
    licence_id: str

    def origin(self) -> dict[str, str]:
        """Vintage, source, licence and checksum, for the asset's metadata."""
        return {
            "source": self.url,
            "vintage": self.vintage,
            "licence": self.licence_id,
            "sha256": self.sha256,
        }


@cache
def facts_manifest() -> dict[str, FactEntry]:
    """The manifest, by table name."""
    found = json.loads((FOLDER / "manifest.json").read_text())
    return {
        name: FactEntry(e["rows"], e["sha256"], e["url"], e["vintage"], e["licence_id"]) for name, e in found.items()
    }


def load(name: str) -> pd.DataFrame:
    """One fact table, as its contract declares it.

    Raises FactsDamaged if the file is not the one that was built.
    """
    path = FOLDER / f"{name}.parquet"
    if hashlib.sha256(path.read_bytes()).hexdigest() != facts_manifest()[name].sha256:
        raise FactsDamaged(f"{path.name} differs from its manifest. Install the project again.")
    (table,) = [table for table in FACT_TABLES if table.name == name]
    frame: pd.DataFrame = table.schema.validate(pd.read_parquet(path))
    return frame


@cache
def iwas_of_statements(onet_version: str) -> dict[str, frozenset[str]]:
    """IWA ids of each statement, over all task ids with its text."""
    tasks = load("onet_tasks").query("onet_version == @onet_version")
    links = load("task_activities").query("onet_version == @onet_version")
    joined = tasks.merge(links, on="task_id").merge(load("activities"), on="dwa_id")
    return {str(key): frozenset(part) for key, part in joined.groupby("statement_hash")["iwa_id"]}


@cache
def soc_groups_of_statements(onet_version: str) -> dict[str, tuple[str, ...]]:
    """SOC major groups of the occupations that list a statement, once an occupation, ascending."""
    tasks = load("onet_tasks").query("onet_version == @onet_version")
    tasks = tasks.drop_duplicates(["statement_hash", "onet_soc_code"])
    groups = tasks["onet_soc_code"].str[:2].groupby(tasks["statement_hash"])
    return {str(key): tuple(sorted(part)) for key, part in groups}


@cache
def published_usage() -> dict[str, float]:
    """Share of the published February 2025 usage by statement hash, over statements (without `none`)."""
    cells = load("published_cells").query("facet == 'task' and node_id != 'none'")
    shares = cells.set_index("node_id")["value"]
    return {str(key): float(value) for key, value in (shares / shares.sum()).items()}
