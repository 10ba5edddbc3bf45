"""Shipped and imported cells as one table: what a file says of a release, platform and facet replaces the shipped."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from economic_index.contracts import Table
from economic_index.contracts.reference import PUBLISHED_CELLS, PUBLISHED_CELLS_REJECTED, PUBLISHED_NAMES
from economic_index.lake import empty_frame
from economic_index.releases.counts import with_counts
from economic_index.releases.files import FoundFile
from economic_index.releases.long_schema import LongFile, NotALongFile, read_long
from economic_index.taxonomy.source_files import CC_BY

KEY = ["release", "platform", "facet"]


@dataclass(frozen=True)
class Imported:
    """The three tables that files give."""

    cells: pd.DataFrame
    names: pd.DataFrame
    rejected: pd.DataFrame


def import_files(files: list[FoundFile]) -> Imported:
    """Read every file; one that is no long file is a rejected one, and the others go on."""
    cells: list[pd.DataFrame] = []
    names: dict[tuple[str, str], str] = {}
    rejected: list[dict[str, Any]] = []
    for file in files:
        try:
            read = read_long(file.path)
        except NotALongFile as problem:
            read = LongFile(rejected=[{"file": file.path.name, "line": 1, "reason": str(problem)}])
        if read.cells:
            whole, cut = _without_cut_tables(pd.DataFrame(read.cells))
            cells.append(with_counts(whole))
            read.rejected += [{"file": file.path.name, "line": 1, "reason": reason} for reason in cut]
        names |= read.names
        rejected += read.rejected
    found = pd.concat(cells, ignore_index=True) if cells else pd.DataFrame()
    rows = [{"facet": facet, "node_id": node, "name": name} for (facet, node), name in sorted(names.items())]
    return Imported(
        _conform(found.assign(**_constants(found)) if len(found) else found, PUBLISHED_CELLS),
        _conform(pd.DataFrame(rows), PUBLISHED_NAMES),
        _conform(pd.DataFrame(rejected), PUBLISHED_CELLS_REJECTED),
    )


def _without_cut_tables(cells: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Cells, less tables of tasks whose shares do not add up: the rest of such a file is not here."""
    shares = cells[cells["variable"].eq("onet_task_pct") & cells["geo_id"].eq("GLOBAL")]
    sums = shares.groupby("platform")["value"].sum()
    cut = sums[(sums < 99) | (sums > 101)]
    is_cut = cells["platform"].isin(cut.index) & cells["facet"].str.startswith("onet_task")
    reasons = [f"the file is cut: its shares of tasks add up to {total:.1f} %. Take it whole." for total in cut]
    return cells[~is_cut].reset_index(drop=True), reasons


def _constants(cells: pd.DataFrame) -> dict[str, Any]:
    """Tasks stand on O*NET 20.1 until March 2026, on 30.x from June (README of the releases)."""
    is_task = cells["facet"].str.startswith("onet")
    versions = pd.Series("20.1", cells.index).where(cells["release"] < "2026-06", "30.1")
    return {"is_renormalised": False, "onet_version": versions.where(is_task, None), "grade": "A"}


def merged(shipped: pd.DataFrame, imported: pd.DataFrame) -> pd.DataFrame:
    """Shipped cells, less those that imported files bring themselves, and the imported ones."""
    if imported.empty:
        return shipped
    known = pd.MultiIndex.from_frame(imported[KEY].drop_duplicates())
    kept = shipped[~pd.MultiIndex.from_frame(shipped[KEY]).isin(known)]
    return pd.concat([kept, imported], ignore_index=True)


def _conform(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Rows in the contract's columns; without any, a frame of its types."""
    if rows.empty:
        return empty_frame(table)
    stamped = rows.assign(vintage="Anthropic Economic Index", licence_id=CC_BY)
    return stamped[list(table.schema.columns)].drop_duplicates().reset_index(drop=True)
