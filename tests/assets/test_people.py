"""lake/users, lake/weights and lake/segments as assets: bad rows warn, and a changed table asks no engine."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.people import segments_asset, users
from assets.table import asset_key
from economic_index.contracts.lake import (
    CONVERSATIONS,
    FACET_SUMMARIES,
    ONET_TASK_MAPPINGS,
    SEGMENTS,
    USERS,
    USERS_REJECTED,
)
from economic_index.conversations import identify
from economic_index.due import StageVersions, input_fingerprint, is_due, segments_stage, weekly_stages
from economic_index.lake import Lake, empty_frame
from economic_index.people.declared import People, TableSource, UsersTable
from economic_index.people.reading import PeopleReader
from orchestration.driver import steps_of_week

KEY = b"k" * 32
WEEK = date(2026, 1, 5)
SECRET = "zoe.nobody@example.org"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path / "home")
    schema = CONVERSATIONS.schema.columns.items()
    row = {name: 0 if "int" in str(col.dtype) else False if str(col.dtype) == "bool" else "" for name, col in schema}
    row |= {"started_at_source": "log", "source_format": "chat_messages", "language_source": None, "weight": 1.0}
    row |= dict.fromkeys(("ended_at", "updated_at", "source_exported_at"))
    row |= {"conversation_id": "c1a", "started_at": datetime(2026, 1, 6, tzinfo=UTC)}
    row |= {"user_id": identify.user_id(KEY, "person", "P1")}
    made.commit_week(WEEK, {CONVERSATIONS: empty_frame(CONVERSATIONS).__class__([row])})
    return made


def reader_of(tmp_path: Path, *lines: str) -> PeopleReader:
    path = tmp_path / "people.csv"
    path.write_text("\n".join(["mail,department,from", *lines]) + "\n")
    table = UsersTable(TableSource(path), "mail", attributes={"department": "department"}, valid_from="from")
    return PeopleReader(People(table), KEY)


def run(lake: Lake, assets: list[dg.AssetsDefinition], **resources: Any) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            assets,
            resources={"lake": lake, "progress": lambda what, done, of: None, **resources},
            instance=instance,
            partition_key=None if assets == [users] else str(WEEK),
            raise_on_error=False,
        )


def test_a_row_that_cannot_be_used_warns_with_file_and_line_and_without_its_values(lake: Lake, tmp_path: Path) -> None:
    result = run(lake, [users], people_reader=reader_of(tmp_path, "P1,Sales,", f"{SECRET},Sales,soon", "P1,Legal,"))
    assert result.success
    checks = {(check.asset_key, check.check_name): check for check in result.get_asset_check_evaluations()}
    check = checks[asset_key(USERS), "every_row_used"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.metadata["rejected"].value == [
        "[users] people.csv: 1 row not used, bad_date (first at line 3: from: not like 2026-01-31).",
        "[users] people.csv: 1 row not used, duplicate_key "
        "(first at line 4: line 2 speaks of the same person and days).",
    ]
    assert checks[asset_key(USERS_REJECTED), "contract"].passed
    assert SECRET not in str(list(result.all_events))


def test_a_changed_table_makes_segments_alone_again(lake: Lake, tmp_path: Path) -> None:
    stages = weekly_stages(StageVersions("1", "1", "1"))
    assert [stage.table for stage in stages] == [CONVERSATIONS, SEGMENTS, FACET_SUMMARIES, ONET_TASK_MAPPINGS]
    rows = {CONVERSATIONS: lake.read_week(CONVERSATIONS, WEEK)}
    for stage in stages:
        tables = {table: rows.get(table, None if table.is_private else empty_frame(table)) for table in stage.tables}
        tables = {table: iter(()) if frame is None else frame for table, frame in tables.items()}
        lake.commit_week(WEEK, tables, input_fingerprint(lake, stage, WEEK))
    assert not [stage for stage in stages if is_due(lake, stage, WEEK)]

    assert run(lake, [users], people_reader=reader_of(tmp_path, "P1,Sales,")).success
    assert [stage.table for stage in steps_of_week(lake, stages, WEEK)] == [SEGMENTS]
    assert run(lake, [segments_asset(segments_stage())]).success
    assert lake.read_week(SEGMENTS, WEEK).to_numpy().tolist() == [["c1a", "department", "Sales"]]
    assert not [stage for stage in stages if is_due(lake, stage, WEEK)]

    lake.commit_week(WEEK, {FACET_SUMMARIES: empty_frame(FACET_SUMMARIES)}, "other")
    assert steps_of_week(lake, stages, WEEK) == list(stages)
