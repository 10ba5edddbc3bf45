"""From logs to the report by the command line: once, again with nothing to do, and again after more."""

import json
import os
import shutil
import signal
import subprocess
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES, ONET_TASK_MAPPINGS
from economic_index.conversations.assign import assigned_start
from economic_index.conversations.sources import AssignWeeks
from economic_index.lake import Lake, week_of
from tests.orchestration.conftest import Home
from tests.small_logs import records, write_logs, write_sources

IDENTITY = ["period_type", "period_start", "segment_type", "segment", "footing"]


def commits(lake: Lake) -> dict[tuple[str, str], str]:
    return {
        (table.name, str(week)): lake.commit_of(table, week).commit_id
        for table in (CONVERSATIONS, FACET_SUMMARIES, ONET_TASK_MAPPINGS)
        for week in lake.weeks_of(table)
    }


def marts(lake: Lake) -> dict[str, pd.DataFrame]:
    folder = lake.served_tables()
    return {path.stem: lake.read_served(path.stem) for path in sorted(folder.glob("*.parquet"))}


def assert_equal(found: dict[str, pd.DataFrame], wanted: dict[str, pd.DataFrame]) -> None:
    assert found.keys() == wanted.keys()
    for name, frame in wanted.items():
        keys = [column for column in frame.columns if frame[column].dtype.kind not in "f"]
        left = found[name].sort_values(keys, ignore_index=True)
        right = frame.sort_values(keys, ignore_index=True)
        pd.testing.assert_frame_equal(left, right, rtol=1e-9, atol=1e-12, obj=name)


def test_the_headlines_and_the_report_are_there(small_home: Home) -> None:
    said = (small_home.path.parent / "first_run.txt").read_text()
    assert "120" in said
    assert "assigned" in said
    assert str(small_home.path / "report" / "index.html") in said
    page = (small_home.path / "report" / "index.html").read_text()
    assert "<html" in page


def test_every_conversation_has_one_row_of_answers_and_a_weight_of_one(small_home: Home) -> None:
    lake = Lake(small_home.path)
    for week in lake.weeks_of(CONVERSATIONS):
        ids = lake.read_week(CONVERSATIONS, week)["conversation_id"].tolist()
        assert lake.read_week(FACET_SUMMARIES, week)["conversation_id"].tolist() == ids
        weights = lake.read_week(ONET_TASK_MAPPINGS, week).groupby("conversation_id")["weight"].sum()
        assert weights.index.tolist() == ids
        assert weights.between(1 - 1e-9, 1 + 1e-9).all()


def test_a_second_run_does_nothing_twice_and_says_so(small_home: Home) -> None:
    before, current = commits(Lake(small_home.path)), (small_home.path / "served" / "CURRENT").read_text()
    done = small_home.index()
    assert done.returncode == 0, done.stderr
    assert "Nothing was done twice" in done.stdout
    assert commits(Lake(small_home.path)) == before
    assert (small_home.path / "served" / "CURRENT").read_text() == current


def test_ten_more_conversations_run_only_their_weeks(small_home: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home", tmp_path / "logs.json")
    shutil.copytree(small_home.path, home.path)
    write_logs(home.logs, 120)
    write_sources(home.path, home.logs)
    home.index()
    before = commits(Lake(home.path))
    more = [record for record in records(60, first=120) if _week_of(record) == date(2026, 1, 5)][:10]
    home.logs.write_text(json.dumps([*records(120), *more]))
    assert home.index().returncode == 0
    after = commits(Lake(home.path))
    changed = {week for (_, week), commit in after.items() if before[(_, week)] != commit}
    assert len(changed) == 1
    assert sum(len(Lake(home.path).read_week(CONVERSATIONS, w)) for w in Lake(home.path).weeks_of(CONVERSATIONS)) == 130


def _week_of(record: dict[str, object]) -> date:
    base = str(record["id"]).rsplit("_", 1)[0]
    return week_of(assigned_start(base, AssignWeeks(date(2026, 1, 5), 2)).date())


@pytest.mark.parametrize("stage", ["Reading", "Classifying", "Rolling up", "served"])
def test_killed_half_way_and_started_again_the_result_is_the_same(small_home: Home, tmp_path: Path, stage: str) -> None:
    home = Home(tmp_path / "home", small_home.logs)
    write_sources(home.path, home.logs)
    shutil.copytree(small_home.path / "model", home.path / "model")
    (home.path / "dagster").mkdir()
    shutil.copy(small_home.path / "dagster" / "pseudonym.key", home.path / "dagster")
    _kill_when(home, stage)
    assert not (home.path / "served" / "CURRENT").exists()
    done = home.index()
    assert done.returncode == 0, done.stdout + done.stderr
    assert_equal(marts(Lake(home.path)), marts(Lake(small_home.path)))


def _kill_when(home: Home, stage: str) -> None:
    """kill -9 as soon as the run is in that stage (`served`: when the build's folder appears, before CURRENT)."""
    arguments = home.command("index", "--logs", str(home.logs), "--yes")
    process = subprocess.Popen(arguments, cwd=Path.cwd(), env=home.environment(), stdout=subprocess.PIPE, text=True)
    os.set_blocking(process.stdout.fileno(), False)
    seen, ends = "", time.monotonic() + 300
    while time.monotonic() < ends and process.poll() is None:
        seen += process.stdout.read() or ""
        if any((home.path / "served").glob("*/*.parquet")) if stage == "served" else f"{stage}" in seen:
            break
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def test_without_a_terminal_and_without_yes_it_stops_and_says_so(tmp_path: Path, small_home: Home) -> None:
    home = Home(tmp_path / "home", small_home.logs)
    done = home.run("index", "--logs", str(small_home.logs))
    assert done.returncode == 1
    assert "YES=1" in done.stderr
    assert not (home.path / "sources.toml").exists()


def test_a_folder_without_logs_gets_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "notes.json").write_text('{"hello": 1}')
    done = Home(tmp_path / "home", tmp_path / "logs").run("check-logs", "--logs", str(tmp_path / "logs"))
    assert "notes.json" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
