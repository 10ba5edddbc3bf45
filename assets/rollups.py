"""The dbt models as assets: keys, groups and columns come from the project itself.

All aggregation is SQL in dbt_project/; here it is only run.
"""

from collections.abc import Iterator
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets
from dagster_dbt.core.dbt_event_iterator import DbtEventIterator
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from packaging.version import Version


class InstalledDbt(DbtCliResource):  # type: ignore[misc]
    """dbt of this environment, whose version is known without starting it: that would take seconds at every build."""

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))


def rollups_asset(project: DbtProject, *, with_column_metadata: bool) -> dg.AssetsDefinition:
    """One unpartitioned asset per model; a backfill of weeks ends with one build."""

    @dbt_assets(manifest=project.manifest_path, project=project, name="rollups", pool="duckdb")  # type: ignore[untyped-decorator]
    def rollups(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        """Every count, share, interval, floor and suppression."""
        # unit tests are the project's own (make test); data tests are checks of these rows
        command = ["build", "--exclude-resource-type", "unit_test"]
        run = dbt.cli(command, context=context, target_path=Path(project.manifest_path).parent)
        told, failure = all_of(run.stream())
        counted = DbtEventIterator(iter(told), run).fetch_row_counts()
        try:
            yield from counted.fetch_column_metadata() if with_column_metadata else counted
        finally:  # counting opened the database in this process, and serving opens it read-only
            if run.adapter is not None:
                run.adapter.cleanup_connections()
            DuckDBConnectionManager.close_all_connections()
        if failure is not None:
            raise failure

    made: dg.AssetsDefinition = rollups
    return made


def all_of(events: Iterator[Any]) -> tuple[list[Any], Exception | None]:
    """What dbt tells until it ends, and why it failed, if it did.

    Rows can be counted only once dbt has let go of the database. Waiting for that, dagster_dbt asks again and again
    without a pause, and takes one of its processors from dbt.
    """
    told: list[Any] = []
    try:
        told.extend(events)
    except Exception as failure:  # raised again once what was built is told
        return told, failure
    return told, None
