"""The command `forget`, proved by a search of every file of a home that was built, and killed on the way."""

import base64
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES
from economic_index.conversations.reading import LogReader
from economic_index.lake import Lake
from economic_index.llm.prices import Usage
from economic_index.llm.records import Answer, Attempt, Settled
from economic_index.llm.request import Subject
from economic_index.llm.store import AnswerStore
from economic_index.local.bank import load_bank
from economic_index.vocabulary import Purpose, Transport
from tests.embedded_bank import lend_bank
from tests.home_search import places_of
from tests.homes import PROJECT, Home

MARKER, RAW_USER, COUNT, USERS = "zebra quartz harbour 77", "worker-3@example.com", 32, 8
FIRST = date(2026, 1, 5)


class ReviewedHome(Home):
    """A home in which conversations are drawn for review."""

    def environment(self) -> dict[str, str]:
        return super().environment() | {"OEI_REVIEW": "on"}


@dataclass(frozen=True)
class Forgotten:
    """A home before and after the user was forgotten, and what was searched for."""

    home: Home
    needles: frozenset[str]
    before: dict[str, set[str]]
    conversations_before: int
    said: str


def write_logs(path: Path) -> None:
    requests = [example for task in load_bank() for example in task.examples]
    lines = []
    for number in range(COUNT):
        text = requests[(number * 37) % len(requests)]
        user = f"worker-{number % USERS}@example.com"
        lines.append(
            {
                "ts": f"2026-01-{5 + number % 14:02d}T10:00:00Z",
                "user": user,
                "session_id": f"session-of-{number % USERS}-{number:04d}",
                "messages": [
                    {"role": "user", "content": f"{text} ({MARKER})" if user == RAW_USER else text},
                    {"role": "assistant", "content": f"Here is version {number}."},
                ],
            }
        )
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")


def needles_of(lake: Lake) -> set[str]:
    """All by which the user could be found again: pseudonym, ids, hashes, marker, ids in the log."""
    rows = [lake.read_week(CONVERSATIONS, week) for week in lake.weeks_of(CONVERSATIONS)]
    theirs: set[str] = set()
    texts = [lake.root / "lake" / "transcripts" / f"week_start={week}" for week in lake.weeks_of(CONVERSATIONS)]
    marked = {name for folder in texts for name in _marked(folder / "part-0.parquet")}
    for frame in rows:
        mine = frame[frame["conversation_id"].isin(marked)]
        theirs |= {*mine["conversation_id"], *mine["content_hash"], *mine["user_id"]}
    assert len({each for each in theirs if each.startswith("u1")}) == 1
    return theirs | {MARKER, RAW_USER, f"session-of-{RAW_USER[7]}-"}


def _marked(path: Path) -> list[str]:
    return [row["conversation_id"] for row in pq.read_table(path).to_pylist() if MARKER in str(row)]


def said_of(content: str) -> Settled:
    subject = Subject(content, "facets", "model", Purpose.MAIN, ())
    now = datetime(2026, 2, 10, tzinfo=UTC)
    attempt = Attempt("asked", subject, "run", FIRST, Transport.LIVE, 0, 1, now, 1, "answered", Usage(), usd_micro=7)
    return Settled(attempt, Answer("asked", subject, "model", f"{MARKER}: they asked", False, None, now))


@pytest.fixture(scope="module")
def forgotten(tmp_path_factory: pytest.TempPathFactory) -> Forgotten:
    """Built; forgotten, but killed when the lake was deleted from and the marts were not there yet; forgotten again."""
    folder = tmp_path_factory.mktemp("forget")
    home = ReviewedHome(folder / "home", folder / "logs.jsonl")
    write_logs(home.logs)
    lend_bank(tmp_path_factory.getbasetemp(), home.path)
    done = home.index()
    assert done.returncode == 0, done.stdout + done.stderr
    lake = Lake(home.path)
    needles = needles_of(lake)
    store = AnswerStore(f"sqlite:///{lake.database_path('answers')}")
    store.record([said_of(next(each for each in sorted(needles) if len(each) == 32))])
    store.close()
    before, count = places_of(home.path, needles), lake.count_rows(CONVERSATIONS)
    kill_when_deleted(home)
    again = home.run("forget", "--user", RAW_USER, "--yes")
    assert again.returncode == 0, again.stdout + again.stderr
    return Forgotten(home, frozenset(needles), before, count, again.stdout + again.stderr)


def kill_when_deleted(home: Home) -> None:
    """kill -9 once nothing is served any more and the list of what is to be deleted is empty again."""
    arguments = home.command("forget", "--user", RAW_USER, "--yes")
    log = home.path.parent / "killed.log"
    with log.open("w") as out:
        process = subprocess.Popen(arguments, cwd=PROJECT, env=home.environment(), stdout=out, stderr=out)
        ends = time.monotonic() + 300
        while time.monotonic() < ends and process.poll() is None and "Deleted:" not in log.read_text():
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, log.read_text()
    assert not (home.path / "served").exists()
    assert not (home.path / "index.duckdb").exists()


def test_before_the_user_is_in_every_kind_of_store(forgotten: Forgotten) -> None:
    for name in ("lake/conversations", "lake/transcripts", "lake/facet_summaries", "lake/onet_task_mappings",
                 "lake/review_items", "lake/review_frames", "vectors.sqlite", "versions.sqlite", "answers.sqlite",
                 "index.duckdb"):  # fmt: skip
        assert any(path.startswith(name) for path in forgotten.before), name


def test_after_it_no_file_of_the_home_holds_anything_of_the_user(forgotten: Forgotten) -> None:
    assert places_of(forgotten.home.path, forgotten.needles) == {}
    assert not [needle for needle in forgotten.needles if needle in forgotten.said]


def test_the_others_are_there_and_the_marts_and_the_report_were_built_again(forgotten: Forgotten) -> None:
    lake = Lake(forgotten.home.path)
    assert lake.count_rows(CONVERSATIONS) == forgotten.conversations_before - COUNT // USERS == COUNT - COUNT // USERS
    assert lake.count_rows(FACET_SUMMARIES) == lake.count_rows(CONVERSATIONS)
    assert len(lake.read_served("fct_conversations")) == lake.count_rows(CONVERSATIONS)
    build = (forgotten.home.path / "served" / "CURRENT").read_text().strip()
    assert build in (forgotten.home.path / "report" / "index.html").read_text()


def test_delivered_again_nothing_of_the_user_comes_back(forgotten: Forgotten) -> None:
    os.utime(forgotten.home.logs)
    done = forgotten.home.index()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing was done twice" in done.stdout
    assert places_of(forgotten.home.path, forgotten.needles) == {}


def test_delivered_again_and_longer_it_is_told_and_left(forgotten: Forgotten) -> None:
    logs, home = forgotten.home.logs, forgotten.home.path
    logs.write_text(logs.read_text().replace(f"({MARKER})", f"({MARKER}, and longer)"))
    key = base64.b64decode((home / "dagster" / "pseudonym.key").read_text())
    lake = Lake(home)
    reading = LogReader.open(home / "sources.toml", key, datetime.now(UTC)).read(lake)
    assert reading.privacy_numbers()["forgotten"] == COUNT // USERS
    assert reading.touched_weeks == lake.inbox_weeks() == []
    assert places_of(home, forgotten.needles) == {}
