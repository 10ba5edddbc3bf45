"""What Dagster calls stale: new logs make weeks stale, and a week's version is its own, however it was run."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from assets.raw_logs import TABLES
from assets.table import asset_key
from economic_index.contracts.lake import CONVERSATIONS, RAW_LOGS, TRANSCRIPTS
from economic_index.lake import Lake
from orchestration.assembly import lake_assets, lake_resources
from orchestration.runs import QUIET, materialize
from orchestration.settings import load_settings
from orchestration.stages import stages_of
from tests.small_logs import write_logs, write_sources

FIRST, SECOND = date(2026, 1, 5), date(2026, 1, 12)
READING = [asset_key(table) for table in TABLES]
WEEK = [asset_key(table) for table in (TRANSCRIPTS, CONVERSATIONS)]
BOTH_WEEKS = {"dagster/asset_partition_range_start": str(FIRST), "dagster/asset_partition_range_end": str(SECOND)}


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dg.JobDefinition:
    monkeypatch.setenv("OEI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home" / "dagster"))
    write_logs(tmp_path / "logs.json", 20)
    write_sources(tmp_path / "home", tmp_path / "logs.json")
    assets = lake_assets(stages_of(load_settings()))
    return dg.Definitions(assets=assets, resources=lake_resources()).resolve_implicit_global_asset_job_def()


@pytest.fixture
def status(job: dg.JobDefinition) -> Callable[[dg.DagsterInstance, date], StaleStatus]:
    """What the UI asks for the badge of a week."""
    graph = job.asset_layer.asset_graph
    return lambda instance, week: CachingStaleStatusResolver(
        instance, graph, LoadingContextForTest(instance)
    ).get_status(asset_key(CONVERSATIONS), str(week))


def version(instance: dg.DagsterInstance, key: dg.AssetKey, week: date | None = None) -> str:
    only = dg.AssetRecordsFilter(key, asset_partitions=[str(week)] if week else None)
    (record,) = instance.fetch_materializations(only, limit=1).records
    return record.asset_materialization.tags["dagster/data_version"]


def test_only_new_logs_give_another_version_and_make_the_week_stale(job, status, tmp_path: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        materialize(job, instance, READING)
        materialize(job, instance, WEEK, week=FIRST)
        read_once = version(instance, asset_key(RAW_LOGS))
        materialize(job, instance, READING)
        assert version(instance, asset_key(RAW_LOGS)) == read_once
        assert status(instance, FIRST) is StaleStatus.FRESH
        write_logs(tmp_path / "logs.json", 30)
        materialize(job, instance, READING)
        assert version(instance, asset_key(RAW_LOGS)) != read_once
        assert status(instance, FIRST) is StaleStatus.STALE
        materialize(job, instance, WEEK, week=FIRST)
        assert status(instance, FIRST) is StaleStatus.FRESH


def test_a_week_has_the_hash_of_its_own_rows_alone_and_in_a_backfill(job, status, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "home")
    with dg.DagsterInstance.ephemeral() as instance:
        materialize(job, instance, READING)
        materialize(job, instance, WEEK, week=FIRST)
        own = lake.commit_of(CONVERSATIONS, FIRST).rows_hash
        assert version(instance, asset_key(CONVERSATIONS), FIRST) == own
        done = job.execute_in_process(instance=instance, asset_selection=WEEK, run_config=QUIET, tags=BOTH_WEEKS)
        assert done.success
        assert version(instance, asset_key(CONVERSATIONS), FIRST) == own
        second = version(instance, asset_key(CONVERSATIONS), SECOND)
        assert own != second == lake.commit_of(CONVERSATIONS, SECOND).rows_hash
        assert status(instance, FIRST) is status(instance, SECOND) is StaleStatus.FRESH
