"""A record that a log delivers as deleted takes its earlier version with it, whichever export that came from."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from chatgpt_logs import Chat, write_export
from reading_home import read_logs

from economic_index.contracts.lake import CONVERSATIONS, CONVERSATIONS_REJECTED
from economic_index.conversations.readers import chatgpt_export
from economic_index.conversations.records import Draft, Element, ReadContext, Rejected
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import weeks_with_winners
from economic_index.lake import Lake
from economic_index.vocabulary import RejectReason
from tests.home_search import places_of
from tests.people_logs import commit_due

SECRET = "a secret, deleted later"
DELETED = {"is_deleted": True}


@pytest.fixture(autouse=True)
def reader_that_knows_deletions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ChatGPT reader, of an export that marks what was deleted: no reader that ships yields such records yet."""
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
