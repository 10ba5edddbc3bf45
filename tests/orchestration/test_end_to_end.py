"""From logs to the report by the command line: once, again with nothing to do, and again after more."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES, ONET_TASK_MAPPINGS
from economic_index.conversations.assign import assigned_start
from economic_index.conversations.sources import AssignWeeks
from economic_index.lake import Lake, week_of
from tests.embedded_bank import lend_bank
from tests.homes import PROJECT, Home, kill_once
from tests.small_logs import GATEWAY_COUNT, records, write_gateway, write_logs, write_sources

FIRST, SECOND = "2026-01-05", "2026-01-12"
Stage = Callable[[Home, Path], object]


def said(pattern: str) -> Stage:
    """The run has printed such a line."""
    return lambda home, log: re.search(pattern, log.read_text())


def rows_wait_in_the_inbox(home: Home, log: Path) -> bool:
    """The reading has written its first file, and has more to write."""
    return any(home.path.glob("inbox/*/*.parquet"))


def second_week_is_being_classified() -> Stage:
    """Vectors have come since the second week's conversations were committed, and its facets have not."""
    counts: list[int] = []

    def is_there(home: Home, log: Path) -> bool:
        if is_committed(home, "conversations", SECOND):
            counts.append(rows_in(home, "vectors"))
        return bool(counts) and counts[-1] > counts[0]

    return is_there


def is_committed(home: Home, table: str, week: str) -> bool:
    return (home.path / "lake" / table / f"week_start={week}" / "_commit.json").exists()


def rows_in(home: Home, table: str) -> int:
    name = {"readings": "versions", "vectors": "vectors"}[table]
    with closing(sqlite3.connect(home.path / f"{name}.sqlite")) as connection:
        (count,) = connection.execute(f"select count(*) from {table}").fetchone()
    return int(count)


def no_reading_is_finished(home: Home) -> bool:
    return rows_wait_in_the_inbox(home, home.logs) and rows_in(home, "readings") == 0


def facets_of_the_first_week_alone(home: Home) -> bool:
    return is_committed(home, "facet_summaries", FIRST) and not is_committed(home, "facet_summaries", SECOND)


def nothing_is_served(home: Home) -> bool:
    return not (home.path / "served" / "CURRENT").exists()


def a_build_is_served(home: Home, log: Path) -> bool:
    return (home.path / "served" / "CURRENT").exists()


def the_page_is_of_another_build(home: Home) -> bool:
    return build_of(home) not in page_of(home)


# half read, between the facets of two weeks, while dbt builds its models, and before the report is written: when the
# run is killed, and what is then true of the home
KILLS: tuple[tuple[Stage, Callable[[Home], bool]], ...] = (
    (rows_wait_in_the_inbox, no_reading_is_finished),
    (second_week_is_being_classified(), facets_of_the_first_week_alone),
    (said(r"report: \d+ of \d+"), nothing_is_served),
    (a_build_is_served, the_page_is_of_another_build),
)


def build_of(home: Home) -> str:
    return (home.path / "served" / "CURRENT").read_text().strip()


def page_of(home: Home) -> str:
    return (home.path / "report" / "index.html").read_text()


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
        keys = [
            column
            for column in frame.columns
            if frame[column].dtype.kind != "f" or column in ("threshold", "draw_size", "baseline_year")
        ]
        assert not frame.astype(str).duplicated(keys).any(), f"{name}: rows of one key have no order"
        left = found[name].sort_values(keys, ignore_index=True)
        right = frame.sort_values(keys, ignore_index=True)
        pd.testing.assert_frame_equal(left, right, rtol=1e-9, atol=1e-12, obj=name)


def test_the_headlines_and_the_report_are_there(small_home: Home) -> None:
    said = (small_home.path.parent / "first_run.txt").read_text()
    assert f"Conversations: {120 + GATEWAY_COUNT}" in said
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


@dataclass(frozen=True)
class Killed:
    """A home whose run was killed four times, and what the fifth said."""

    home: Home
    said: str


@pytest.fixture(scope="module")
def killed(small_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    """The same logs in a home whose run was killed four times, each time further on, and then let finish."""
    folder = tmp_path_factory.mktemp("killed")
    home = replace(small_home, path=folder / "home", logs=folder / "logs.json")
    write_gateway(folder / "gateway.jsonl")
    write_sources(home.path, home.logs, folder / "gateway.jsonl")
    lend_bank(tmp_path_factory.getbasetemp(), home.path)
    (home.path / "dagster").mkdir()
    shutil.copy(small_home.path / "dagster" / "pseudonym.key", home.path / "dagster")
    write_logs(home.logs, 4000)  # the first reading takes long enough to be killed halfway; it must leave no trace
    for number, (is_there, is_left) in enumerate(KILLS):
        if is_there is a_build_is_served:  # the page of a build before it
            shutil.copytree(small_home.path / "report", home.path / "report")
        home.kill_when(partial(is_there, home), "index", "--logs", str(home.logs), "--yes")
        assert is_left(home), number
        write_logs(home.logs, 120)
    done = home.index()
    assert done.returncode == 0, done.stdout + done.stderr
    return Killed(home, done.stdout)


def test_killed_four_times_and_started_again_the_result_is_the_same(small_home: Home, killed: Killed) -> None:
    assert_equal(marts(Lake(killed.home.path)), marts(Lake(small_home.path)))


def test_killed_between_the_switch_and_the_report_the_next_run_writes_just_the_report(killed: Killed) -> None:
    assert not the_page_is_of_another_build(killed.home)
    assert "Writing the report" in killed.said
    assert "Rolling up" not in killed.said


SERVE = """
import sys, time
from dataclasses import replace
from pathlib import Path
from assets.served import copy_marts, finished_build
from economic_index import lake as of_the_lake
write = of_the_lake.write_atomically
def waits_at_the_switch(path, text):  # else it may be over before it is seen
    time.sleep(600 if path.name == "CURRENT" else 0)
    write(path, text)
of_the_lake.write_atomically = waits_at_the_switch
lake = of_the_lake.Lake(Path(sys.argv[1]))
copy_marts(lake, replace(finished_build(lake), build_id="killed"), "other inputs")
"""


def test_killed_while_a_build_is_copied_the_one_before_stays(small_home: Home, killed: Killed) -> None:
    home, before = killed.home, build_of(killed.home)
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(home.path)], cwd=PROJECT, env=home.environment())
    kill_once(process, lambda: any((home.path / "served" / "killed").glob("*.parquet")), seconds=60)
    assert build_of(home) == before
    assert_equal(marts(Lake(home.path)), marts(Lake(small_home.path)))


def test_ten_more_conversations_run_only_their_week(killed: Killed) -> None:
    lake, home = Lake(killed.home.path), killed.home
    before = commits(lake)
    more = [record for record in records(80, first=120) if _week_of(record) == date(2026, 1, 5)][:10]
    home.logs.write_text(json.dumps([*records(120), *more]))
    is_rolling_up = partial(said("Rolling up"), home)  # the weeks are whole then
    home.kill_when(is_rolling_up, "index", "--logs", str(home.logs), "--yes")
    changed = {week for (table, week), commit in commits(lake).items() if before[table, week] != commit}
    assert changed == {FIRST}
    assert sum(len(lake.read_week(CONVERSATIONS, week)) for week in lake.weeks_of(CONVERSATIONS)) == 130 + GATEWAY_COUNT


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
