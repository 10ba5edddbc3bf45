"""The event log that stays open: Dagster's own reads it, whoever watches a run is told, few files are open."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from orchestration.event_log import FILES_KEPT_OPEN, RUNS, OpenEventLog
from orchestration.runs import QUIET
from tests.homes import PROJECT

KEY = dg.AssetKey("counted")


@dg.asset(check_specs=[dg.AssetCheckSpec("is_positive", asset="counted")])
def counted() -> Iterator[dg.Output[int] | dg.AssetCheckResult]:
    yield dg.Output(3, metadata={"rows": 3})
    yield dg.AssetCheckResult(passed=True)


JOB = dg.Definitions(assets=[counted]).resolve_implicit_global_asset_job_def()


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance by the project's own dagster.yaml."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text((PROJECT / "dagster.yaml").read_text())
    with dg.DagsterInstance.get() as made:
        yield made


def run(instance: dg.DagsterInstance) -> str:
    result = JOB.execute_in_process(instance=instance, run_config=QUIET)
    assert result.success
    return result.run_id


def names(log: SqliteEventLogStorage, run_id: str) -> list[str]:
    return [str(record.event_log_entry.dagster_event_type) for record in log.get_records_for_run(run_id).records]


def test_dagsters_own_reads_what_was_written_and_writes_what_is_read(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    log = instance.event_log_storage
    assert isinstance(log, OpenEventLog)
    run_id = run(instance)
    theirs = SqliteEventLogStorage(str(tmp_path / RUNS))
    assert names(theirs, run_id) == names(log, run_id)
    assert "DagsterEventType.ASSET_MATERIALIZATION" in names(theirs, run_id)
    assert "DagsterEventType.ASSET_CHECK_EVALUATION" in names(theirs, run_id)
    (record,) = theirs.get_asset_records([KEY])
    assert record.asset_entry.last_materialization_record.run_id == run_id  # type: ignore[union-attr]
    theirs.wipe_asset(KEY)
    assert not log.get_asset_records([KEY])
    again = run(instance)
    assert [each.asset_entry.last_run_id for each in theirs.get_asset_records([KEY])] == [again]


def test_whoever_watches_a_run_is_told_while_the_file_is_open(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    first = run(instance)
    entry = instance.event_log_storage.get_records_for_run(first).records[-1].event_log_entry
    writer, watcher, told = OpenEventLog(str(tmp_path)), OpenEventLog(str(tmp_path)), threading.Event()
    seen: list[str] = []

    def on_event(found: dg.EventLogEntry, cursor: str) -> None:
        seen.append(found.run_id)
        told.set()

    cursor = watcher.get_records_for_run(first).cursor
    watcher.watch(first, cursor, on_event)
    writer.store_event(entry)
    assert told.wait(30)
    assert seen == [first]
    watcher.end_watch(first, on_event)
    watcher.dispose()
    writer.dispose()


def test_of_many_runs_few_files_are_open(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    for _ in range(FILES_KEPT_OPEN + 4):
        run(instance)
    assert 1 < len([name for name in open_in(tmp_path / RUNS) if name.endswith(".db")]) <= FILES_KEPT_OPEN
    instance.event_log_storage.dispose()
    assert not open_in(tmp_path / RUNS)


def open_in(folder: Path) -> set[str]:
    """Files of the folder that this process has open."""
    links = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    return {file for link in links if os.path.lexists(link) and (file := os.readlink(link)).startswith(str(folder))}


def test_what_is_not_there_is_asked_again(instance: dg.DagsterInstance) -> None:
    log = instance.event_log_storage
    assert isinstance(log, OpenEventLog)
    assert not log.has_asset_key_col("no such column")
    assert not log.has_secondary_index("no such migration")
    log.enable_secondary_index("no such migration")
    assert log.has_secondary_index("no such migration")
    assert log.has_asset_key_col("cached_status_data")
