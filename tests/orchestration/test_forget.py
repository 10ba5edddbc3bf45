"""The command `forget`, proved by a search of every file of a home that was built, and killed on the way."""

import base64
import os
import shutil
from dataclasses import dataclass, replace
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
from economic_index.vocabulary import Purpose, Transport
from tests.home_search import places_of
from tests.homes import Home
from tests.small_logs import GATEWAY_COUNT, GATEWAY_USERS, MARKED_USER, MARKER

FIRST, THEIRS = date(2026, 1, 5), GATEWAY_COUNT // GATEWAY_USERS


@dataclass(frozen=True)
class Forgotten:
    """A home before and after the user was forgotten, and what was searched for."""

    home: Home
    needles: frozenset[str]
    before: dict[str, set[str]]
    conversations_before: int
    said: str

    @property
    def gateway(self) -> Path:
        return self.home.logs.parent / "gateway.jsonl"


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
    return theirs | {MARKER, MARKED_USER, f"session-of-{MARKED_USER[7]}-"}


def _marked(path: Path) -> list[str]:
    return [row["conversation_id"] for row in pq.read_table(path).to_pylist() if MARKER in str(row)]


def said_of(content: str) -> Settled:
    subject = Subject(content, "facets", "model", Purpose.MAIN, ())
    now = datetime(2026, 2, 10, tzinfo=UTC)
    attempt = Attempt("asked", subject, "run", FIRST, Transport.LIVE, 0, 1, now, 1, "answered", Usage(), usd_micro=7)
    return Settled(attempt, Answer("asked", subject, "model", f"{MARKER}: they asked", False, None, now))


@pytest.fixture(scope="module")
def forgotten(small_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Forgotten:
    """A copy of the small home, in which somebody is forgotten.

    Killed once, when the lake was deleted from and the marts were not there yet; then forgotten again.
    """
    home = replace(small_home, path=tmp_path_factory.mktemp("forget") / "home")
    shutil.copytree(small_home.path, home.path)
    lake = Lake(home.path)
    needles = needles_of(lake)
    store = AnswerStore(f"sqlite:///{lake.database_path('answers')}")
    store.record([said_of(next(each for each in sorted(needles) if len(each) == 32))])
    store.close()
    before, count = places_of(home.path, needles), lake.count_rows(CONVERSATIONS)
    command = ("forget", "--user", MARKED_USER, "--yes")
    # nothing is served any more, and the list of what is to be deleted is empty again
    home.kill_when(lambda log: "Deleted:" in log.read_text(), *command)
    assert not (home.path / "served").exists()
    assert not (home.path / "index.duckdb").exists()
    again = home.run(*command)
    assert again.returncode == 0, again.stdout + again.stderr
    return Forgotten(home, frozenset(needles), before, count, again.stdout + again.stderr)


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
    assert lake.count_rows(CONVERSATIONS) == forgotten.conversations_before - THEIRS
    assert lake.count_rows(FACET_SUMMARIES) == lake.count_rows(CONVERSATIONS)
    assert len(lake.read_served("fct_conversations")) == lake.count_rows(CONVERSATIONS)
    build = (forgotten.home.path / "served" / "CURRENT").read_text().strip()
    assert build in (forgotten.home.path / "report" / "index.html").read_text()


def test_delivered_again_nothing_of_the_user_comes_back(forgotten: Forgotten) -> None:
    os.utime(forgotten.gateway)
    done = forgotten.home.index()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing was done twice" in done.stdout
    assert places_of(forgotten.home.path, forgotten.needles) == {}


def test_delivered_again_and_longer_it_is_told_and_left(forgotten: Forgotten) -> None:
    home, delivered = forgotten.home.path, forgotten.gateway.read_text()
    forgotten.gateway.write_text(delivered.replace(f"({MARKER})", f"({MARKER}, and longer)"))
    key = base64.b64decode((home / "dagster" / "pseudonym.key").read_text())
    lake = Lake(home)
    try:
        reading = LogReader.open(home / "sources.toml", key, datetime.now(UTC)).read(lake)
    finally:  # the log is the small home's, too
        forgotten.gateway.write_text(delivered)
    assert reading.privacy_numbers()["forgotten"] == THEIRS
    assert reading.touched_weeks == lake.inbox_weeks() == []
    assert places_of(home, forgotten.needles) == {}
