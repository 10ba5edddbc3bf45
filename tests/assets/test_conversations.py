"""lake/raw_logs and lake/conversations as they are: a week that is refused keeps its inbox, and no check is granted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from assets.conversations import conversations_asset
from assets.raw_logs import raw_logs
from assets.table import asset_key, weekly_table
from assets.weeks import WeekRows
from economic_index.contracts import Table
from economic_index.contracts.lake import CONVERSATIONS, RAW_LOGS, SOURCES, TRANSCRIPTS
from economic_index.conversations.reading import LogReader
from economic_index.conversations.sources import Source
from economic_index.due import Stage, conversations_stage, is_due
from economic_index.lake import Lake
from tests.library.conversations.chatgpt_logs import Chat, write_export

FIRST, SECOND = date(2026, 1, 5), date(2026, 1, 12)
SECRET = "the merger is on Friday"
CHATS = [
    Chat("one", ("q", "a"), datetime(2026, 1, 6, tzinfo=UTC)),
    Chat("two", ("q", "b"), datetime(2026, 1, 7, tzinfo=UTC)),
    Chat("three", ("q", "c"), datetime(2026, 1, 13, tzinfo=UTC)),
]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "home")


@pytest.fixture
def reader(tmp_path: Path) -> LogReader:
    path = write_export(tmp_path / "conversations.json", CHATS)
    return LogReader((Source("chats", str(path), product="chatgpt"),), b"k" * 32, datetime(2026, 9, 1, tzinfo=UTC))


def run(lake: Lake, assets: list[dg.AssetsDefinition], **resources: Any) -> dg.ExecuteInProcessResult:
    weeks = {"dagster/asset_partition_range_start": str(FIRST), "dagster/asset_partition_range_end": str(SECOND)}
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            assets,
            resources={"lake": lake, "progress": lambda what, done, of: None, **resources},
            instance=instance,
            tags={} if assets == [raw_logs] else weeks,
            raise_on_error=False,
        )


def contract_of(result: dg.ExecuteInProcessResult, table: Table) -> dg.AssetCheckEvaluation:
    found = [check for check in result.get_asset_check_evaluations() if check.asset_key == asset_key(table)]
    return next(check for check in found if check.check_name == "contract")


def sort_weeks(lake: Lake) -> dg.ExecuteInProcessResult:
    return run(lake, [conversations_asset(conversations_stage())])


def test_a_week_that_breaks_its_contract_keeps_its_inbox_and_is_committed_once_the_fault_is_gone(
    lake: Lake, reader: LogReader
) -> None:
    reader.read(lake)
    (waiting,) = (lake.root / "inbox" / f"week_start={FIRST}").glob("*.parquet")
    sound = pq.read_table(waiting, partitioning=None)
    place = sound.schema.get_field_index("started_at_source")
    bad = pc.if_else(pa.array([False, True]), SECRET, sound["started_at_source"].combine_chunks())
    pq.write_table(sound.set_column(place, sound.schema.field(place), bad), waiting)

    refused = sort_weeks(lake)
    assert not refused.success
    assert contract_of(refused, CONVERSATIONS).metadata["broken"].value[0].startswith(f"{FIRST}: started_at_source")
    assert contract_of(refused, TRANSCRIPTS).passed
    assert SECRET not in str(list(refused.all_events))
    assert lake.commit_of(CONVERSATIONS, FIRST) is lake.commit_of(TRANSCRIPTS, FIRST) is None
    assert lake.commit_of(CONVERSATIONS, SECOND).row_count == 1
    assert lake.inbox_weeks() == [FIRST]

    pq.write_table(sound, waiting)
    assert sort_weeks(lake).success
    assert [lake.commit_of(table, FIRST).row_count for table in (TRANSCRIPTS, CONVERSATIONS)] == [2, 2]
    assert not is_due(lake, conversations_stage(), FIRST)
    assert lake.inbox_weeks() == []


def test_transcripts_are_checked_batch_by_batch(lake: Lake) -> None:
    stage = Stage((TRANSCRIPTS, CONVERSATIONS), (), "v1")
    good = {"role": "user", "text": SECRET, "sent_at": None, "model": None, "has_attachment": False}

    @weekly_table(TRANSCRIPTS, CONVERSATIONS, stage=stage, group="conversations", kinds={"python"})
    def conversations(weeks: tuple[date, ...], lake: Lake) -> Iterator[WeekRows]:
        """A message without text in the second batch of the first week."""
        for week in weeks:
            text = None if week == FIRST else SECRET
            named = [[("a", good)], [("b", good | {"text": text})]]
            batches = [
                pa.RecordBatch.from_pylist(
                    [{"conversation_id": name, "content_hash": "h", "messages": [message]} for name, message in rows],
                    TRANSCRIPTS.arrow_schema(),
                )
                for rows in named
            ]
            yield WeekRows(week, (iter(batches), lake.read_week(CONVERSATIONS, week)))

    result = run(lake, [conversations])
    assert contract_of(result, TRANSCRIPTS).metadata["broken"].value == [f"{FIRST}: messages: not_nullable (1 null)"]
    assert not contract_of(result, TRANSCRIPTS).passed
    assert SECRET not in str(list(result.all_events))
    assert [lake.commit_of(TRANSCRIPTS, week) is None for week in (FIRST, SECOND)] == [True, False]
    assert not list(lake.root.rglob("*.tmp"))


def test_the_contract_of_what_was_read_is_checked_and_not_granted(lake: Lake, reader: LogReader) -> None:
    passed = run(lake, [raw_logs], log_reader=reader)
    assert [contract_of(passed, table).passed for table in (RAW_LOGS, SOURCES)] == [True, True]
    known = lake.commit_of(SOURCES)
    rows: pd.DataFrame = lake.read(SOURCES).assign(audience=SECRET)
    lake.write(SOURCES, rows, known.input_fingerprint)  # unchanged to whoever asks only for its commit

    failed = run(lake, [raw_logs], log_reader=reader)
    assert contract_of(failed, RAW_LOGS).passed
    check = contract_of(failed, SOURCES)
    assert not check.passed
    assert "audience: isin" in check.metadata["broken"].value[0]
    assert SECRET not in str(list(failed.all_events))


def test_a_silent_source_is_a_red_check_with_its_name_and_days_and_the_sources_are_shown(
    lake: Lake, reader: LogReader
) -> None:
    (source,) = reader.sources
    for limit, silent in ((231, []), (230, ["chats: 231 days"])):
        declared = replace(source, silent_after_days=limit)
        result = run(lake, [raw_logs], log_reader=replace(reader, sources=(declared,)))
        checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
        check = checks["every_source_speaks"]
        assert (check.passed, check.metadata["silent"].value) == (not silent, silent)
        assert result.success
    shown = {item.asset_key: item.metadata for item in result.asset_materializations_for_node("raw_logs")}
    assert "| chats | 1 | 3 | 3 |" in shown[asset_key(RAW_LOGS)]["sources"].value
    assert "sources" not in shown[asset_key(SOURCES)]


class Killed(BaseException):
    """Stands for a signal that nothing catches."""


def test_a_kill_between_commit_and_clearing_leaves_text_until_the_next_reading(
    lake: Lake, reader: LogReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(lake: Lake, week: date) -> None:
        raise Killed

    reader.read(lake)
    with monkeypatch.context() as patch:
        patch.setattr(Lake, "clear_inbox", die)
        assert not sort_weeks(lake).success
    assert lake.commit_of(CONVERSATIONS, FIRST).row_count == 2
    assert lake.inbox_weeks() == [FIRST, SECOND]

    reader.read(lake)
    assert lake.inbox_weeks() == [SECOND]  # not committed: its inbox is all that there is of it
    assert sort_weeks(lake).success
    assert lake.commit_of(CONVERSATIONS, SECOND).row_count == 1
