"""The shipped facts: loaded from the package, checked against their manifest.

Sentences are not here (statements.py), and nothing is joined that dbt joins.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from economic_index.contracts import validated
from economic_index.contracts.reference import FACT_TABLES
from economic_index.taxonomy.codes import soc_group

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
    return validated(table, pd.read_parquet(path))


def _of_version(name: str, onet_version: str) -> pd.DataFrame:
    """Rows of one O*NET version.

    Raises ValueError for a version that the facts do not have.
    """
    rows = load(name)
    found = rows[rows["onet_version"] == onet_version]
    if found.empty:
        known = ", ".join(sorted(set(rows["onet_version"])))
        raise ValueError(f"O*NET {onet_version}: no {name}. Known: {known}.")
    return found


@cache
def titles(soc_taxonomy: str) -> dict[str, str]:
    """Occupation titles by code of a taxonomy (`onet_soc_2010`, `onet_soc_2019`)."""
    rows = load("occupations").query("soc_taxonomy == @soc_taxonomy")
    return dict(zip(rows["onet_soc_code"], rows["title"], strict=True))


@cache
def statement_hashes(onet_version: str) -> frozenset[str]:
    """Hashes of the distinct statements of a version."""
    return frozenset(_of_version("onet_tasks", onet_version)["statement_hash"])


def statement_count(onet_version: str) -> int:
    """Number of statements of a version, shared ones counted for each task id."""
    return len(_of_version("onet_tasks", onet_version))


def _gathered(rows: pd.DataFrame, column: str) -> dict[str, set[str]]:
    """Values of `column` by statement hash; a plain loop, because 18,000 pandas groups take seconds."""
    found: dict[str, set[str]] = {}
    for key, value in zip(rows["statement_hash"], rows[column], strict=True):
        found.setdefault(key, set()).add(value)
    return found


def _activities_of_statements(onet_version: str, column: str) -> dict[str, frozenset[str]]:
    links = _of_version("task_activities", onet_version).merge(load("activities"), on="dwa_id")
    joined = _of_version("onet_tasks", onet_version).merge(links, on="task_id")
    return {key: frozenset(found) for key, found in _gathered(joined, column).items()}


@cache
def iwas_of_statements(onet_version: str) -> dict[str, frozenset[str]]:
    """IWA ids of each statement, over all task ids with its text; statements without an activity are absent."""
    return _activities_of_statements(onet_version, "iwa_id")


@cache
def dwas_of_statements(onet_version: str) -> dict[str, frozenset[str]]:
    """DWA ids of each statement, over all task ids with its text; statements without an activity are absent."""
    return _activities_of_statements(onet_version, "dwa_id")


@cache
def occupations_of_statements(onet_version: str) -> dict[str, tuple[str, ...]]:
    """O*NET-SOC codes that list a statement, ascending: n codes, each with 1/n of its conversations."""
    listed = _gathered(_of_version("onet_tasks", onet_version), "onet_soc_code")
    return {key: tuple(sorted(codes)) for key, codes in listed.items()}


@cache
def soc_groups_of_statements(onet_version: str) -> dict[str, tuple[str, ...]]:
    """SOC major groups of the occupations that list a statement, once an occupation, ascending."""
    listed = occupations_of_statements(onet_version)
    return {key: tuple(soc_group(code) for code in codes) for key, codes in listed.items()}


@cache
def published_usage() -> dict[str, float]:
    """Share of the published February 2025 usage by statement hash, over statements (without `none`)."""
    cells = load("published_cells").query("facet == 'onet_task' and release == '2025-02-10' and node_id != 'none'")
    shares = cells.set_index("node_id")["value"]
    return {str(key): float(value) for key, value in (shares / shares.sum()).items()}
