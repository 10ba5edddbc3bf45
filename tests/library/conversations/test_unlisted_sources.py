"""A source with nothing to list stops alone: the others are read, and what it gave before stays as it is."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from api_logs import completion, write_lines
from chatgpt_logs import Chat, write_export
from reading_home import AS_OF, KEY, read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS
from economic_index.conversations.places import NoLogsError
from economic_index.conversations.reading import LogReader
from economic_index.conversations.reading_outcome import Reading
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import conversations_of_week
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake


def source(name: str, path: Path, **settings: object) -> Source:
    return Source(name, str(path), **settings)  # type: ignore[arg-type]


def told(lake: Lake) -> dict[str, tuple[str, int]]:
    """Of each conversation that counts the source and the number of messages, by id."""
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        weeks = store.weeks()
    batches = (batch for week in weeks for batch in conversations_of_week(lake, week)[0])
    rows = [row for batch in batches for row in batch.to_pylist()]
    return {row["conversation_id"]: (row["source"], row["message_count"]) for row in rows}


def sources_of(lake: Lake) -> list[str]:
    return sorted(name for name, _ in told(lake).values())


@pytest.fixture
def two(logs: Path) -> tuple[Source, Source]:
    """Two folders, each with a chat of its own."""
    for name in ("a", "b"):
        (logs / name).mkdir()
        write_export(logs / name / "chats.json", [Chat(f"of-{name}", ("q", "r"))])
    return source("a", logs / "a"), source("b", logs / "b", silent_after_days=3)


@pytest.mark.parametrize("place", ["empty", "gone", "empty/*.jsonl"])
def test_a_source_without_files_is_named_and_the_others_are_read(
    lake: Lake, logs: Path, two: tuple[Source, Source], place: str
) -> None:
    (logs / "empty").mkdir()
    other = source("b", logs / place, silent_after_days=3)
    reading = read_logs(lake, other, two[0])
    assert reading.stopped_files() == ["b: no_logs"]
    assert reading.silent == [("b", None)]
    assert "No such file, and nothing matches. Check the path" in reading.summary
    assert str(logs) not in reading.summary
    assert sources_of(lake) == ["a"]
    assert lake.read(CONVERSATIONS_REJECTED)["reason"].tolist() == ["no_logs"]
    assert sorted(lake.read(RAW_LOGS)["status"]) == ["read", "stopped"]
    assert {item.name: item.files.file_count for item in reading.overviews} == {"a": 1, "b": 0}


def test_a_source_whose_files_come_is_told_no_longer(lake: Lake, two: tuple[Source, Source]) -> None:
    a, b = two
    read_logs(lake, a, replace(b, path=f"{b.path}/none"))
    reading = read_logs(lake, a, b)
    assert reading.stopped_files() == []
    assert lake.read(CONVERSATIONS_REJECTED).empty
    assert sources_of(lake) == ["a", "b"]


def test_a_reading_without_any_source_stops_and_names_them_all(lake: Lake, logs: Path) -> None:
    with pytest.raises(NoLogsError, match=r"gone: no such file.* Check the path"):
        read_logs(lake, source("a", logs / "gone"))
    with pytest.raises(NoLogsError, match=r"\[a\] gone: no such file.* \[b\] empty\*: no such file"):
        read_logs(lake, source("a", logs / "gone"), source("b", logs / "empty*"))


def away(logs: Path, name: str) -> None:
    (logs / name).rename(logs / f"{name}.away")


def back(logs: Path, name: str) -> None:
    (logs / f"{name}.away").rename(logs / name)


def test_what_was_read_of_a_source_stays_while_its_folder_is_away(
    lake: Lake, logs: Path, two: tuple[Source, Source]
) -> None:
    read_logs(lake, *two)
    before = told(lake)
    away(logs, "b")
    reading = read_logs(lake, *two)
    assert (reading.stopped_files(), reading.touched_weeks, told(lake)) == (["b: no_logs"], [], before)
    back(logs, "b")
    reading = read_logs(lake, *two)
    assert (reading.reports, reading.unchanged_count, told(lake)) == ([], 2, before)


def test_a_file_that_is_missing_where_the_path_names_it_keeps_what_is_known_of_it(
    lake: Lake, logs: Path, two: tuple[Source, Source]
) -> None:
    a, b = two[0], source("b", logs / "b" / "chats.json")
    read_logs(lake, a, b)
    away(logs, "b")
    read_logs(lake, a, b)
    back(logs, "b")
    assert read_logs(lake, a, b).unchanged_count == 2


def test_a_version_of_a_source_that_is_away_is_not_gone(lake: Lake, logs: Path) -> None:
    for name, answer in (("a", "one"), ("b", "two")):
        (logs / name).mkdir()
        write_export(logs / name / "chats.json", [Chat("same", ("q", answer))])
    a, b = source("a", logs / "a"), source("b", logs / "b")
    read_logs(lake, a, b)
    assert sources_of(lake) == ["b"]  # of two that are equally late the later path
    away(logs, "b")
    read_logs(lake, replace(a, product="other"), b)
    assert sources_of(lake) == ["b"]
    read_logs(lake, replace(a, product="third"))  # no source any more: gone
    assert sources_of(lake) == ["a"]


def test_a_later_source_does_not_take_the_files_of_one_that_cannot_be_listed(lake: Lake, logs: Path) -> None:
    write_export(logs / "x1.json", [Chat("one", ("q", "r"))])
    a, b = source("a", logs / "x*.json"), source("b", logs, product="other")
    read_logs(lake, a, b)
    write_export(logs / "y1.json", [Chat("two", ("q", "r"))])
    reading = read_logs(lake, replace(a, path=str(logs / "z*.json")), b)
    assert [report.name for report in reading.reports] == ["a", "y1.json"]
    assert sources_of(lake) == ["a", "b"]
    assert [report.name for report in read_logs(lake, b).reports] == ["x1.json"]  # `a` is no source any more
    assert sources_of(lake) == ["b", "b"]


def test_open_conversations_of_a_source_that_is_away_go_on_when_it_is_back(
    lake: Lake, logs: Path, two: tuple[Source, Source]
) -> None:
    (logs / "api").mkdir()
    write_lines(logs / "api" / "1.jsonl", [completion("one", reply="two", session_id="s")])
    api = source("api", logs / "api")
    read_logs(lake, two[0], api)
    away(logs, "api")
    read_logs(lake, two[0], api)
    back(logs, "api")
    more = completion("one", "two", "three", reply="four", minute=5, session_id="s")
    write_lines(logs / "api" / "2.jsonl", [more])
    reading: Reading = LogReader((two[0], api), KEY, AS_OF).read(lake)
    assert [report.name for report in reading.reports] == ["2.jsonl"]
    assert sorted(told(lake).values()) == [("a", 2), ("api", 4)]
