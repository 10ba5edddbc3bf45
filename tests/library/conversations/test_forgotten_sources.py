"""A forgotten source takes what it gave, and no conversation whose counting version another source gave."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from chatgpt_logs import Chat, write_export
from reading_home import KEY, read_logs

from economic_index.contracts.lake import CONVERSATIONS
from economic_index.conversations.sources import Source
from economic_index.erasure.erase import Erased, Eraser
from economic_index.erasure.targets import Target
from economic_index.lake import Lake
from economic_index.local.vectors import VectorStore
from tests.home_search import places_of
from tests.people_logs import classify, commit_due

OLD, NEW, ALONE = "the recipe as it was", "the recipe, corrected", "a chat of the one source alone"


def chat(text: str, day: int) -> Chat:
    return Chat("shared", (text, "An answer"), updated=datetime(2026, 1, day, tzinfo=UTC))


def source(logs: Path, name: str, *chats: Chat) -> Source:
    (logs / name).mkdir(exist_ok=True)
    write_export(logs / name / "export.json", chats)
    return Source(name, str(logs / name))


@pytest.fixture
def older(logs: Path) -> Source:
    return source(logs, "older", chat(OLD, 8), Chat("alone", (ALONE, "An answer")))


@pytest.fixture
def newer(logs: Path) -> Source:
    return source(logs, "newer", chat(NEW, 9))


def forget(lake: Lake, name: str) -> Erased:
    return Eraser(lake, (KEY,)).erase(Target(source=name))


def sources_of(lake: Lake) -> list[str]:
    return [name for week in lake.weeks_of(CONVERSATIONS) for name in lake.read_week(CONVERSATIONS, week)["source"]]


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_version_that_lost_goes_and_the_one_that_counts_stays(
    lake: Lake, older: Source, newer: Source, *, is_committed: bool
) -> None:
    read_logs(lake, newer, older)
    if is_committed:
        commit_due(lake)
    target = Target(source="older")
    assert Eraser(lake, (KEY,)).count(target).conversation_count == forget(lake, "older").conversation_count == 1
    assert places_of(lake.root, [OLD, ALONE]) == {}
    commit_due(lake)
    assert sources_of(lake) == ["newer"]
    assert places_of(lake.root, [NEW])


def test_a_version_that_was_overtaken_since_its_week_was_written_goes_at_once(
    lake: Lake, older: Source, newer: Source
) -> None:
    read_logs(lake, older)
    (week,) = commit_due(lake)
    classify(lake, week)
    contents = lake.read_week(CONVERSATIONS, week)["content_hash"].tolist()
    vectors = VectorStore(lake.database_path("vectors"))
    vectors.put("encoder", [(name, np.ones(4, np.float32)) for name in contents])
    read_logs(lake, older, newer)
    forget(lake, "older")
    assert places_of(lake.root, [OLD, ALONE, *contents]) == {}
    assert commit_due(lake) == [week]
    assert sources_of(lake) == ["newer"]


def test_a_version_that_it_took_the_place_of_is_read_again(lake: Lake, older: Source, newer: Source) -> None:
    read_logs(lake, older)
    read_logs(lake, older, newer)
    commit_due(lake)
    assert sorted(sources_of(lake)) == ["newer", "older"]
    assert forget(lake, "newer").conversation_count == 1
    reading = read_logs(lake, older)
    assert [report.source for report in reading.reports] == ["older"]
    commit_due(lake)
    assert sources_of(lake) == ["older", "older"]
    assert places_of(lake.root, [OLD])


def test_files_of_a_source_that_shares_nothing_with_it_are_not_read_again(lake: Lake, logs: Path) -> None:
    one, other = source(logs, "one", chat(OLD, 8)), source(logs, "other", Chat("alone", (ALONE, "An answer")))
    read_logs(lake, one, other)
    forget(lake, "one")
    assert read_logs(lake, other).unchanged_count == 1
