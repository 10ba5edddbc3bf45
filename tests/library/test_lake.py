"""A week is committed by one switch, or not at all; a home always has every table."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from economic_index.contracts import TABLES
from economic_index.contracts.lake import FACET_SUMMARIES_REJECTED as DEAD
from economic_index.contracts.lake import ONET_TASK_MAPPINGS_REJECTED as OTHER
from economic_index.contracts.lake import RAW_LOGS
from economic_index.lake import Lake, LakeError, empty_frame

WEEK = date(2026, 1, 5)


def rows(*ids: str) -> pd.DataFrame:
    return pd.DataFrame({"conversation_id": list(ids), "reason": "dead", "detail": "1", "attempt_count": 2}).astype(
        {"attempt_count": "int32"}
    )


def test_a_new_home_has_a_typed_empty_file_for_every_table(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for table in TABLES:
        frame = lake.read(table) if not table.weekly else lake.read_week(table, WEEK)
        assert frame.empty
        assert list(frame.columns) == list(table.schema.columns)
        assert lake.weeks_of(table) == [] if table.weekly else lake.commit_of(table) is None


def test_a_week_is_replaced_whole_and_its_commit_names_its_content(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    first = lake.commit_week(WEEK, {DEAD: rows("a", "b")}, "inputs")[DEAD]
    again = lake.commit_week(WEEK, {DEAD: rows("a", "b")}, "inputs")[DEAD]
    other = lake.commit_week(WEEK, {DEAD: rows("a")}, "inputs")[DEAD]
    assert first.rows_hash == again.rows_hash != other.rows_hash
    assert first.commit_id != again.commit_id
    assert lake.read_week(DEAD, WEEK)["conversation_id"].tolist() == ["a"]
    assert lake.commit_of(DEAD, WEEK) == other
    assert lake.weeks_of(DEAD) == [WEEK]


def test_a_failure_while_writing_leaves_the_week_as_it_was(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.commit_week(WEEK, {DEAD: rows("a")}, "one")

    def broken():
        yield pa.RecordBatch.from_pandas(rows("b"), schema=DEAD.arrow_schema())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lake.commit_week(WEEK, {DEAD: broken()}, "two")
    assert lake.read_week(DEAD, WEEK)["conversation_id"].tolist() == ["a"]
    assert lake.commit_of(DEAD, WEEK).input_fingerprint == "one"


def test_a_note_that_is_not_of_the_file_does_not_count(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.commit_week(WEEK, {DEAD: rows("a"), OTHER: rows("a")}, "one")
    note = tmp_path / "lake" / DEAD.name / f"week_start={WEEK}" / "_commit.json"
    found = json.loads(note.read_text())
    note.write_text(json.dumps(found | {"commit_id": "of a file that was killed before its switch"}))
    assert lake.commit_of(DEAD, WEEK) is None
    assert lake.commit_of(OTHER, WEEK) is not None
    note.write_text("{cut")
    assert lake.commit_of(DEAD, WEEK) is None


def test_empty_weeks_keep_their_types(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    commit = lake.commit_week(WEEK, {DEAD: empty_frame(DEAD)}, "x")[DEAD]
    assert commit.row_count == 0
    assert lake.read_week(DEAD, WEEK).dtypes.to_dict() == empty_frame(DEAD).dtypes.to_dict()


def test_the_inbox_takes_the_same_reading_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.add_to_inbox(WEEK, "r1", pa.table({"x": [1]}))
    lake.add_to_inbox(WEEK, "r1", pa.table({"x": [1]}))
    lake.add_to_inbox(WEEK, "r2", pa.table({"x": [2]}))
    assert [batch["x"].to_pylist() for batch in lake.scan_inbox(WEEK)] == [[1], [2]]
    assert lake.inbox_weeks() == [WEEK]
    lake.clear_inbox(WEEK)
    assert list(lake.scan_inbox(WEEK)) == []
    assert lake.inbox_weeks() == []


def test_a_reader_stays_with_one_build_and_five_are_kept(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with pytest.raises(LakeError, match="make demo"):
        lake.read_served("mart_x")
    for number in range(8):
        folder = lake.serve(f"build-{number}", {"mart_x": pa.table({"x": [number]})}, f"inputs-{number}")
        assert lake.read_served("mart_x")["x"].tolist() == [number]
        assert lake.served_tables() == folder
    assert lake.served_inputs() == "inputs-7"
    builds = [path.name for path in (tmp_path / "served").iterdir() if path.is_dir()]
    assert sorted(builds) == [f"build-{number}" for number in range(3, 8)]


def test_an_unpartitioned_table_is_replaced(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(RAW_LOGS, empty_frame(RAW_LOGS), "x")
    assert lake.commit_of(RAW_LOGS).input_fingerprint == "x"
