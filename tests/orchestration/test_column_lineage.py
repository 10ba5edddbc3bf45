"""Runs started in the UI ask dbt for column lineage, which the command line leaves out: one mart, made that way."""

import dagster as dg
import pytest

from orchestration.assembly import build_definitions
from orchestration.runs import materialize
from orchestration.settings import load_settings
from tests.homes import Home

MART = dg.AssetKey(["marts", "mart_collaboration"])
SHARES = dg.AssetKey(["intermediate", "int_shares"])


def test_a_mart_made_in_the_ui_says_which_columns_its_own_are_made_from(
    small_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OEI_HOME", str(small_home.path))
    monkeypatch.setenv("DAGSTER_HOME", str(small_home.path / "dagster"))
    job = build_definitions(load_settings()).resolve_implicit_global_asset_job_def()  # as definitions.py does
    with dg.DagsterInstance.ephemeral() as instance:
        materialize(job, instance, [MART])
        made = instance.get_latest_materialization_event(MART).asset_materialization
    lineage = made.metadata["dagster/column_lineage"].value.deps_by_column
    columns = {column.name for column in made.metadata["dagster/column_schema"].value.columns}
    assert lineage["collaboration"] == [dg.TableColumnDep(SHARES, "cell")]
    assert set(lineage) <= columns
    assert {"usage_share_lo", "usage_share_hi"} <= columns
    assert made.metadata["dagster/row_count"].value > 0
