"""Unpartitioned tables that each reading brings up to date: what they are to Dagster, and what it is told of them.

What is read is not known here: raw_logs.py and people.py say it.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import dagster as dg

from assets.table import asset_key, asset_spec
from economic_index.contracts import BrokenContract, Table, checked
from economic_index.lake import Lake, LakeError


def read_specs(tables: Sequence[Table], *, deps: Sequence[Table] = ()) -> list[dg.AssetSpec]:
    """Unpartitioned tables that each reading brings up to date."""
    kinds = {"python", "parquet"}
    return [
        asset_spec(table, group="conversations", deps=deps, kinds=kinds, code_version="1", skippable=False)
        for table in tables
    ]


def read_results(lake: Lake, table: Table, metadata: Mapping[str, Any] = MappingProxyType({})) -> Iterator[Any]:
    """What Dagster is told of a table that a reading has brought up to date, and whether it keeps its contract."""
    commit = lake.commit_of(table)
    if commit is None:
        raise LakeError(f"{lake.root}: {table.name} was replaced while it was read. Read the logs again.")
    yield dg.MaterializeResult(
        asset_key=asset_key(table),
        metadata={"dagster/row_count": commit.row_count, **metadata},
        data_version=dg.DataVersion(commit.rows_hash),  # other rows make what is made of them stale
    )
    rules = _rules_broken_by(lake, table)
    yield dg.AssetCheckResult(
        check_name="contract", asset_key=asset_key(table), passed=not rules, metadata={"broken": rules[:20]}
    )


def _rules_broken_by(lake: Lake, table: Table) -> list[str]:
    """What a table breaks of its contract as it lies there, asked batch by batch: its rows may be many."""
    try:
        for _ in checked(table, lake.scan(table)):
            pass
    except BrokenContract as error:
        return error.rules
    return []
