"""Build the shipped facts from the publishers' files: `python -m economic_index.taxonomy.build_facts FROM [TO]`.

Codes, names, ratings and figures only: no task statement and no activity title goes in. Rebuilding gives identical
bytes: rows are sorted, and no time, path or library's metadata is written.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from economic_index.contracts import Table, validated
from economic_index.contracts.reference import FACT_TABLES
from economic_index.taxonomy.building.exposures import exposures, task_exposures
from economic_index.taxonomy.building.fixtures import FactsDiffer, check_join, check_tables
from economic_index.taxonomy.building.labour_market import labour_market
from economic_index.taxonomy.building.occupations import (
    compared_job_zones,
    crosswalks,
    isco_groups,
    job_zones,
    occupations,
    skills,
    soc_groups,
)
from economic_index.taxonomy.building.published import published_cells
from economic_index.taxonomy.building.tasks import activities, onet_tasks, task_activities
from economic_index.taxonomy.source_files import SOURCES, TABLE_SOURCES, sha256_of

FACTS = Path(__file__).parent / "facts"
MANIFEST = "manifest.json"

BUILDERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "onet_tasks": onet_tasks,
    "occupations": occupations,
    "soc_groups": soc_groups,
    "job_zones": job_zones,
    "compared_job_zones": compared_job_zones,
    "skills": skills,
    "task_activities": task_activities,
    "activities": activities,
    "crosswalks": crosswalks,
    "isco_groups": isco_groups,
    "labour_market": labour_market,
    "exposures": exposures,
    "task_exposures": task_exposures,
    "published_cells": published_cells,
}


def conform(table: Table, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the contract's columns and types, sorted by the table's grain.

    Raises BrokenContract where a row breaks it.
    """
    checked = validated(table, rows[list(table.schema.columns)].reset_index(drop=True))
    return checked.sort_values(list(table.unique)).reset_index(drop=True)


def write(table: Table, rows: pd.DataFrame, path: Path) -> None:
    """Write a table's Parquet file; the same rows always give the same bytes."""
    arrow = pa.Table.from_pandas(rows, schema=table.arrow_schema(), preserve_index=False)
    pq.write_table(arrow.replace_schema_metadata(None), path, compression="zstd", compression_level=19)


def _entry(folder: Path, table: Table, rows: pd.DataFrame, path: Path) -> dict[str, Any]:
    """What the manifest says of a table: rows, checksum, and where each of its files comes from."""
    sources = [SOURCES[name] for name in TABLE_SOURCES[table.name]]
    return {
        "rows": len(rows),
        "sha256": sha256_of(path),
        "url": sources[0].url,
        "vintage": "; ".join(sorted(set(rows["vintage"]))),
        "licence_id": "; ".join(sorted(set(rows["licence_id"]))),
        "sources": {
            source.path: {
                "sha256": sha256_of(folder / source.path),
                "url": source.url,
                "vintage": source.vintage,
                "licence_id": source.licence_id,
            }
            for source in sources
        },
    }


def build(folder: Path, target: Path = FACTS) -> None:
    """Build every fact table out of `folder` (laid out as docs/reference_data.md says) into `target`.

    Raises FactsDiffer where a count is not the method's; then nothing is written.
    """
    check_join(folder)
    tables = {table.name: conform(table, BUILDERS[table.name](folder)) for table in FACT_TABLES}
    check_tables(folder, tables)
    target.mkdir(parents=True, exist_ok=True)
    manifest = {}
    for table in FACT_TABLES:
        path = target / f"{table.name}.parquet"
        write(table, tables[table.name], path)
        manifest[table.name] = _entry(folder, table, tables[table.name], path)
    (target / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line; stops with one sentence where a file is missing or another one."""
    parser = argparse.ArgumentParser(prog="python -m economic_index.taxonomy.build_facts", description=__doc__)
    parser.add_argument("folder", type=Path, help="the publishers' files")
    parser.add_argument("target", type=Path, nargs="?", default=FACTS, help="where the facts go (default: the package)")
    given = parser.parse_args(arguments)
    try:
        build(given.folder, given.target)
    except (FactsDiffer, FileNotFoundError) as problem:
        raise SystemExit(f"Facts not built. {problem}") from None


if __name__ == "__main__":
    main()
