"""The Monday schedule and the sensor: reading first, then each due week once, then what is published."""

import base64
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from economic_index.contracts import Table
from economic_index.conversations.reading import LogReader
from economic_index.due import MAIN_STAGES, due_weeks, input_fingerprint
from economic_index.lake import Lake, empty_frame
from economic_index.publish.report_note import write_report_note
from orchestration import triggers
from orchestration.rollup_inputs import rollup_inputs
from orchestration.settings import DEMO_KEY, load_settings
from orchestration.stages import stages_of
from tests.small_logs import write_logs, write_sources

FIRST, SECOND = "2026-01-05", "2026-01-12"
MONDAY = datetime(2026, 1, 26, 6, tzinfo=UTC)
QUEUED, STARTED = dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTED


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A home with logs on two weeks, read and not yet classified."""
    monkeypatch.setenv("OEI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OEI_PSEUDONYM_KEY", base64.b64encode(DEMO_KEY).decode())
    write_logs(tmp_path / "logs.json", 20)
    write_sources(tmp_path / "home", tmp_path / "logs.json")
    made = Lake(tmp_path / "home")
    read(made)
    return made


def read(lake: Lake) -> None:
    LogReader.open(lake.root / "sources.toml", DEMO_KEY, MONDAY).read(lake)


def tick(instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    """What the sensor asks for; a reason to skip asks for nothing."""
    with dg.build_sensor_context(instance=instance) as context:
        return [asked for asked in triggers.weeks_due(context) if isinstance(asked, dg.RunRequest)]


def test_a_changed_setting_of_a_source_asks_for_a_reading(lake: Lake) -> None:
    def run_key() -> str | None:
        with dg.build_sensor_context() as context:
            (asked,) = [asked for asked in triggers.new_logs(context) if isinstance(asked, dg.RunRequest)]
        return asked.run_key

    path, before = lake.root / "sources.toml", run_key()
    assert run_key() == before
    path.write_text(path.read_text() + 'user = "someone@example.org"\n')
    assert run_key() != before


def start(instance: dg.DagsterInstance, asked: dg.RunRequest, status: dg.DagsterRunStatus = QUEUED) -> dg.DagsterRun:
    """A run as the daemon would make it of a request."""
    tags = {"dagster/partition": asked.partition_key} if asked.partition_key else {}
    return begin(instance, asked.job_name, tags, status)


def begin(
    instance: dg.DagsterInstance, name: str, tags: dict[str, str], status: dg.DagsterRunStatus = STARTED
) -> dg.DagsterRun:
    @dg.job(name=name)
    def nothing() -> None: ...

    place = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "__repository__")
    origin = RemoteJobOrigin(place, name)  # a run in the queue must say where its code lies
    return instance.create_run_for_job(nothing, status=status, tags=tags, remote_job_origin=origin)


def commit_everything(lake: Lake, week: str) -> None:
    """Leave a week as its stages would: committed from what is there now."""
    day = date.fromisoformat(week)
    for stage in stages_of(load_settings()):
        lake.commit_week(day, empty(stage.tables), input_fingerprint(lake, stage, day))


def empty(tables: tuple[Table, ...]) -> dict[Table, pd.DataFrame]:
    return {table: empty_frame(table) for table in tables}


def test_on_monday_at_six_the_logs_are_read_and_the_weeks_follow(lake: Lake, instance: dg.DagsterInstance) -> None:
    assert (triggers.monday_reading.cron_schedule, triggers.monday_reading.execution_timezone) == ("0 6 * * 1", "UTC")
    assert triggers.monday_reading.job_name == "read_logs"
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=MONDAY)
    assert isinstance(triggers.monday_reading(context), dg.RunRequest)
    reading = begin(instance, "read_logs", {})
    assert tick(instance) == []
    instance.report_run_canceled(reading)
    assert [(asked.job_name, asked.partition_key) for asked in tick(instance)] == [
        ("classify_week", FIRST),
        ("classify_week", SECOND),
    ]


def test_a_week_in_a_queued_or_running_run_is_not_asked_for_again(lake: Lake, instance: dg.DagsterInstance) -> None:
    first, second = tick(instance)
    running = start(instance, first, STARTED)
    assert [asked.partition_key for asked in tick(instance)] == [SECOND]
    start(instance, second)
    assert tick(instance) == []
    instance.report_run_failed(running)
    assert [asked.partition_key for asked in tick(instance)] == [FIRST]


def test_the_weeks_of_a_backfill_are_not_asked_for_either(lake: Lake, instance: dg.DagsterInstance) -> None:
    ends = {"dagster/asset_partition_range_start": FIRST, "dagster/asset_partition_range_end": SECOND}
    begin(instance, "a_backfill", ends)
    assert tick(instance) == []


def test_the_commit_of_one_week_does_not_ask_for_another_again(lake: Lake, instance: dg.DagsterInstance) -> None:
    _, second = tick(instance)
    commit_everything(lake, FIRST)
    assert [asked.run_key for asked in tick(instance)] == [second.run_key]


def test_a_week_whose_run_ended_on_the_way_or_whose_logs_changed_is_asked_for_again(
    lake: Lake, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    asked = [tick(instance)]
    first_stage = stages_of(load_settings())[0]
    lake.commit_week(date.fromisoformat(FIRST), empty(first_stage.tables), "half")
    asked.append(tick(instance))
    write_logs(tmp_path / "logs.json", 40)
    read(lake)
    asked.append(tick(instance))
    assert {each[0].partition_key for each in asked} == {FIRST}
    assert len({each[0].run_key for each in asked}) == 3


def test_when_no_week_is_due_what_is_published_follows_and_a_stale_page_alone_is_made_again(
    lake: Lake, instance: dg.DagsterInstance
) -> None:
    commit_everything(lake, FIRST)
    commit_everything(lake, SECOND)
    assert due_weeks(lake, stages_of(load_settings()), MONDAY) == []
    (asked,) = tick(instance)
    assert asked.job_name == "publish"
    making = start(instance, asked)
    assert tick(instance) == []
    lake.serve("first", {}, rollup_inputs(lake))
    instance.report_run_failed(making)  # between the switch and the report
    assert [again.job_name for again in tick(instance)] == ["write_report"]
    lake.write_report("<html>")
    write_report_note(lake, "first")
    assert tick(instance) == []


def test_a_sample_that_is_still_to_be_asked_keeps_nothing_from_being_published(
    lake: Lake, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OEI_ENGINE", "rehearsal")
    main = stages_of(load_settings())[:MAIN_STAGES]
    for week in (FIRST, SECOND):
        day = date.fromisoformat(week)
        for stage in main:
            lake.commit_week(day, empty(stage.tables), input_fingerprint(lake, stage, day))
    asked = tick(instance)
    assert [(each.job_name, each.partition_key) for each in asked] == [
        ("classify_week", FIRST),
        ("classify_week", SECOND),
        ("publish", None),
    ]
    start(instance, asked[0], STARTED)
    assert [each.job_name for each in tick(instance)] == ["classify_week"]  # what is published waits for the run
