"""From logs to the report by the command line: once, again with nothing to do, and again after more."""

import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES, ONET_TASK_MAPPINGS
from economic_index.conversations.assign import assigned_start
from economic_index.conversations.sources import AssignWeeks
from economic_index.lake import Lake, week_of
from tests.homes import PROJECT, Home
from tests.small_logs import records, write_logs, write_sources

Stage = Callable[[Home, Path], object]


def said(pattern: str) -> Stage:
    """The run has printed such a line."""
    return lambda home, log: re.search(pattern, log.read_text())


def first_mart_lies_there(home: Home, log: Path) -> bool:
    """A build is being served, and CURRENT does not name it yet."""
    return any((home.path / "served").glob("*/*.parquet"))


# while it reads, when the first week is committed, while dbt builds its models, just before CURRENT is switched
STAGES = (said("Reading"), said("Week 2026-01-05 done"), said(r"report: \d+ of \d+"), first_mart_lies_there)


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
        keys = [column for column in frame.columns if frame[column].dtype.kind != "f" or column == "threshold"]
        assert not frame.astype(str).duplicated(keys).any(), f"{name}: rows of one key have no order"
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


def _week_of(record: dict[str, object]) -> date:
    base = str(record["id"]).rsplit("_", 1)[0]
    return week_of(assigned_start(base, AssignWeeks(date(2026, 1, 5), 2)).date())


@pytest.fixture(scope="module")
def killed_home(small_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same logs in a home whose run was killed four times, each time further on, and then let finish."""
    folder = tmp_path_factory.mktemp("killed")
    home = Home(folder / "home", folder / "logs.json")
    write_logs(home.logs, 120)
    write_sources(home.path, home.logs)
    shutil.copytree(small_home.path / "model", home.path / "model")
    (home.path / "dagster").mkdir()
    shutil.copy(small_home.path / "dagster" / "pseudonym.key", home.path / "dagster")
    for number, stage in enumerate(STAGES):
        _kill_when(home, stage)
        assert not (home.path / "served" / "CURRENT").exists(), number
    done = home.index()
    assert done.returncode == 0, done.stdout + done.stderr
    return home


def test_killed_four_times_and_started_again_the_result_is_the_same(small_home: Home, killed_home: Home) -> None:
    assert_equal(marts(Lake(killed_home.path)), marts(Lake(small_home.path)))


def test_ten_more_conversations_run_only_their_week(killed_home: Home) -> None:
    lake = Lake(killed_home.path)
    before = commits(lake)
    more = [record for record in records(80, first=120) if _week_of(record) == date(2026, 1, 5)][:10]
    killed_home.logs.write_text(json.dumps([*records(120), *more]))
    assert killed_home.index().returncode == 0
    changed = {week for (table, week), commit in commits(lake).items() if before[table, week] != commit}
    assert changed == {"2026-01-05"}
    assert sum(len(lake.read_week(CONVERSATIONS, week)) for week in lake.weeks_of(CONVERSATIONS)) == 130


def _kill_when(home: Home, is_there: Stage) -> None:
    """kill -9 as soon as the run has come so far."""
    arguments = home.command("index", "--logs", str(home.logs), "--yes")
    log = home.path.parent / "killed.log"
    with log.open("w") as out:
        process = subprocess.Popen(arguments, cwd=PROJECT, env=home.environment(), stdout=out)
        ends = time.monotonic() + 300
        while time.monotonic() < ends and process.poll() is None:
            if is_there(home, log):
                break
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "the run ended before it was seen there"


def test_without_a_terminal_and_without_yes_it_stops_and_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", tmp_path / "logs.jsonl")
    messages = [{"role": "user", "content": "Draft a note."}, {"role": "assistant", "content": "Dear all,"}]
    lines = [{"ts": f"2026-01-0{n}T10:00:00Z", "user": f"u{n}", "id": f"r{n}", "messages": messages} for n in (5, 6, 7)]
    home.logs.write_text("\n".join(json.dumps(line) for line in lines))
    done = home.run("index", "--logs", str(home.logs))
    assert done.returncode == 1, done.stdout
    assert "3 conversations" in done.stdout
    assert "YES=1" in done.stderr
    assert not (home.path / "sources.toml").exists()


def test_a_folder_without_logs_gets_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "notes.json").write_text('{"hello": 1}')
    done = Home(tmp_path / "home", tmp_path / "logs").run("check-logs", "--logs", str(tmp_path / "logs"))
    assert "notes.json" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
