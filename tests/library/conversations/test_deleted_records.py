"""A record that a log delivers as deleted takes its earlier version with it, whichever export that came from."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from chatgpt_logs import Chat, write_export
from reading_home import read_logs

from economic_index.contracts.lake import CONVERSATIONS, CONVERSATIONS_REJECTED
from economic_index.conversations.file_report import MAX_HELD
from economic_index.conversations.identify import tombstone
from economic_index.conversations.readers import chatgpt_export
from economic_index.conversations.records import Draft, Element, ReadContext, Rejected
from economic_index.conversations.sources import Source
from economic_index.conversations.tombstones import Marks
from economic_index.conversations.weekly import weeks_with_winners
from economic_index.lake import Lake
from economic_index.vocabulary import RejectReason
from tests.home_search import places_of
from tests.people_logs import commit_due

SECRET = "a secret, deleted later"
DELETED = {"is_deleted": True}


@pytest.fixture(autouse=True)
def reader_that_knows_deletions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ChatGPT reader, of an export that marks what was deleted: its own marks none."""
    read = chatgpt_export.ChatgptExport.read

    def with_deletions(
        self: object, elements: Iterator[Element | Rejected], context: ReadContext
    ) -> Iterator[Draft | Rejected]:
        for element in elements:
            if isinstance(element, Element) and element.value.get("is_deleted"):
                yield Rejected(RejectReason.DELETED, element.locator, "", element.value["id"])
            else:
                yield from read(self, iter([element]), context)

    monkeypatch.setattr(chatgpt_export.ChatgptExport, "read", with_deletions)


def ids(lake: Lake) -> int:
    return sum(len(lake.read_week(CONVERSATIONS, week)) for week in lake.weeks_of(CONVERSATIONS))


def test_the_earlier_version_goes_its_week_is_due_and_no_older_export_brings_it_back(lake: Lake, logs: Path) -> None:
    chat, other = Chat("c", ("q", SECRET)), Chat("d", ("q", "a"))
    source = Source("chats", str(logs), product="chatgpt")
    write_export(logs / "b.json", [chat, other])
    read_logs(lake, source)
    (week,) = commit_due(lake)
    assert places_of(lake.root, [SECRET])
    write_export(logs / "c.json", [replace(chat, extra=DELETED)])
    reading = read_logs(lake, source)
    assert reading.touched_weeks == [week]
    assert reading.stopped_files() == []
    assert places_of(lake.root, [SECRET]) == {}
    assert commit_due(lake) == [week]
    assert ids(lake) == 1
    assert lake.read(CONVERSATIONS_REJECTED)["reason"].tolist() == ["deleted"]
    write_export(logs / "a.json", [chat, Chat("e", ("q", "b"))])
    again = read_logs(lake, source)
    assert [report.forgotten_count for report in again.reports] == [1]
    commit_due(lake)
    assert ids(lake) == 2
    assert places_of(lake.root, [SECRET]) == {}


def test_in_one_file_the_word_that_it_was_deleted_counts(lake: Lake, logs: Path) -> None:
    chat = Chat("c", ("q", SECRET))
    read_logs(lake, Source("chats", str(write_export(logs / "a.json", [chat, replace(chat, extra=DELETED)]))))
    assert weeks_with_winners(lake) == []
    assert places_of(lake.root, [SECRET]) == {}


def test_more_than_are_held_at_once_all_go(lake: Lake, logs: Path) -> None:
    chats = [Chat(f"c{number}", ("q", SECRET)) for number in range(MAX_HELD + 100)]
    source = Source("chats", str(logs), product="chatgpt")
    write_export(logs / "a.json", [*chats, Chat("d", ("q", "a"))])
    read_logs(lake, source)
    write_export(logs / "b.json", [replace(chat, extra=DELETED) for chat in chats])
    reading = read_logs(lake, source)
    assert f"{len(chats)} conversations were deleted" in reading.summary
    commit_due(lake)
    assert ids(lake) == 1
    assert places_of(lake.root, [SECRET]) == {}
    write_export(logs / "0.json", chats)
    assert [report.forgotten_count for report in read_logs(lake, source).reports] == [len(chats)]


def test_a_file_of_which_nothing_is_kept_deletes_nothing(lake: Lake, logs: Path) -> None:
    chats = [Chat(f"c{number}", ("q", SECRET)) for number in range(MAX_HELD)]
    source = Source("chats", str(logs), product="chatgpt")
    write_export(logs / "a.json", chats)
    read_logs(lake, source)
    empty = [Chat(f"e{number}", ()) for number in range(2 * MAX_HELD)]
    write_export(logs / "b.json", [*(replace(chat, extra=DELETED) for chat in chats), Chat("n", ("q", "a")), *empty])
    reading = read_logs(lake, source)
    assert [report.reason for report in reading.reports] == [RejectReason.MOSTLY_REJECTED]
    commit_due(lake)
    assert ids(lake) == len(chats)


def test_marks_are_those_of_a_set() -> None:
    every = [tombstone(b"k" * 32, "user", f"u{number}") for number in range(500)]
    marks = Marks.of(sorted(every[::2]))
    assert [mark in marks for mark in every] == [True, False] * 250
    assert not Marks()
    assert every[0] not in Marks()


def test_what_was_never_read_is_only_counted(lake: Lake, logs: Path) -> None:
    gone = Chat("c", ("q", SECRET), extra=DELETED)
    reading = read_logs(lake, Source("chats", str(write_export(logs / "a.json", [gone]))))
    assert reading.stopped_files() == []
    assert "1 conversations were deleted" in reading.summary


@pytest.mark.parametrize("name", ["before.json", "z_after.json"])
def test_another_file_of_the_same_reading_does_not_bring_it_back(lake: Lake, logs: Path, name: str) -> None:
    chat, other = Chat("c", ("q", SECRET)), Chat("d", ("q", "a"))
    write_export(logs / "deleted.json", [replace(chat, extra=DELETED), other])
    write_export(logs / name, [chat, Chat("e", ("q", "b"))])
    read_logs(lake, Source("chats", str(logs), product="chatgpt"))
    commit_due(lake)
    assert ids(lake) == 2
    assert places_of(lake.root, [SECRET]) == {}
