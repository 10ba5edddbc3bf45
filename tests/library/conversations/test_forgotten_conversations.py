"""A conversation that was forgotten by the log's own id: no part of it is left, and no record tells of it."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from chatgpt_logs import Chat, write_export
from reading_home import AS_OF, KEY, read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED
from economic_index.conversations.identify import record_hash
from economic_index.conversations.reading import LogReader
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import winner_counts
from economic_index.erasure.erase import Eraser
from economic_index.erasure.rotation import Rotation
from economic_index.erasure.targets import target_conversation
from economic_index.lake import Lake
from tests.home_search import places_of

NAMED, OTHER = "6f1c2c1e-0001-4000-8000-000000000001", "6f1c2c1e-0001-4000-8000-000000000002"
SILENT = {"no mapping": {"mapping": {}}, "no person": {"mapping": Chat(NAMED, ()).record()["mapping"]}}


def count(lake: Lake) -> int:
    return sum(winner_counts(lake).values())


@pytest.mark.parametrize("extra", SILENT.values(), ids=SILENT)
@pytest.mark.parametrize("is_rotated", [False, True])
def test_an_empty_record_of_it_is_counted_and_not_told_of(
    lake: Lake, logs: Path, extra: dict[str, object], *, is_rotated: bool
) -> None:
    source = Source("chats", str(write_export(logs / "a.json", [Chat(NAMED, ("q", "a")), Chat(OTHER, ("q", "a"))])))
    read_logs(lake, source)
    Eraser(lake, (KEY,)).erase(target_conversation(KEY, NAMED))
    keys = (b"n" * 32, KEY) if is_rotated else (KEY,)
    if is_rotated:
        Rotation(lake, KEY, keys[0]).run(lambda: None)
    shells = [Chat(each, (), extra=extra) for each in (NAMED, "6f1c2c1e-0001-4000-8000-000000000003")]
    write_export(logs / "a.json", [Chat(OTHER, ("q", "a")), *shells])
    (report,) = LogReader((source,), keys[0], AS_OF, retired_keys=keys[1:]).read(lake).reports
    assert (report.forgotten_count, report.rejected_count) == (1, 1)
    assert places_of(lake.root, [record_hash(key, NAMED) for key in keys]) == {}
    assert lake.read(CONVERSATIONS_REJECTED)["native_id_hash"].notna().tolist() == [True]
    assert count(lake) == 1


# parts of one conversation, each with an id of its own

TEXTS = ("first of January", "second of January", "third of January")


def event(day: int, number: int, text: str, conversation: str = NAMED) -> str:
    """One message of ChatGPT's compliance log; that of a later day goes on from one in a file before."""
    moment = f"2026-01-{day:02d}T10:{number:02d}:00Z"
    message = {"id": f"m{number}", "parent_id": f"m{number - 1}" if number else None, "created_at": moment}
    message |= {"author": {"role": "assistant" if number % 2 else "user"}, "content": {"type": "text", "value": text}}
    told = {"event_id": f"e{number}", "type": "CONVERSATION_MESSAGE", "timestamp": moment, "message": message}
    told |= {"actor": {"user_id": "user-1"}, "conversation": {"id": conversation, "created_at": "2026-01-05T10:00:00Z"}}
    return f"{json.dumps(told)}\n"


def day_of_events(logs: Path, day: int) -> None:
    number = 2 * (day - 5)
    lines = event(day, number, TEXTS[day - 5]) + event(day, number + 1, f"Reply to {TEXTS[day - 5]}")
    (logs / f"{day}.jsonl").write_text(lines + event(day, 0, "Something else", f"{OTHER[:-1]}{day}"))


def interactions(logs: Path, day: int) -> None:
    """A day of a thread that never ends, as Microsoft 365 Copilot tells it."""
    lines = []
    for thread, text in (("19:thread-of-anna", TEXTS[day - 5]), (f"19:thread-{day}", "Something else")):
        for kind, words in (("userPrompt", text), ("aiResponse", f"Reply to {text}")):
            told = {"id": f"{thread}-{day}-{kind}", "sessionId": thread, "requestId": f"{thread}-{day}"}
            told |= {"interactionType": kind, "createdDateTime": f"2026-01-{day:02d}T10:00:00Z"}
            lines.append(json.dumps({**told, "body": {"contentType": "text", "content": words}}))
    (logs / f"{day}.jsonl").write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(("write", "name"), [(day_of_events, NAMED), (interactions, "19:thread-of-anna")])
@pytest.mark.parametrize("is_rotated", [False, True])
def test_every_part_goes_with_it_and_no_later_one_is_read(
    lake: Lake, logs: Path, write: Callable[[Path, int], None], name: str, *, is_rotated: bool
) -> None:
    source = Source("chats", str(logs))
    for day in (5, 6):
        write(logs, day)
    read_logs(lake, source)
    assert count(lake) == 4
    target = target_conversation(KEY, name)
    assert Eraser(lake, (KEY,)).count(target).conversation_count == 2
    assert Eraser(lake, (KEY,)).erase(target).conversation_count == 2
    assert places_of(lake.root, TEXTS) == {}
    keys = (b"n" * 32, KEY) if is_rotated else (KEY,)
    if is_rotated:
        Rotation(lake, KEY, keys[0]).run(lambda: None)
    write(logs, 7)
    reading = LogReader((source,), keys[0], AS_OF, retired_keys=keys[1:]).read(lake)
    assert sum(report.forgotten_count for report in reading.reports) == (3 if is_rotated else 1)
    assert places_of(lake.root, TEXTS) == {}
    assert count(lake) == 3


def test_every_part_goes_with_the_conversation_that_its_log_calls_deleted(lake: Lake, logs: Path) -> None:
    source = Source("chats", str(logs))
    for day in (5, 6):
        day_of_events(logs, day)
    read_logs(lake, source)
    gone = {"event_id": "e9", "type": "CONVERSATION_DELETED", "timestamp": "2026-01-07T09:00:00Z"}
    (logs / "7-a.jsonl").write_text(json.dumps({**gone, "conversation": {"id": NAMED}}) + "\n")
    day_of_events(logs, 7)
    read_logs(lake, source)
    assert places_of(lake.root, TEXTS) == {}
    assert count(lake) == 3


def test_a_home_that_noted_no_parts_goes_on_and_learns_them_when_its_files_are_read_again(
    lake: Lake, logs: Path
) -> None:
    source = Source("chats", str(logs))
    for day in (5, 6):
        day_of_events(logs, day)
    read_logs(lake, source)
    with closing(sqlite3.connect(lake.database_path("versions"))) as connection, connection:
        connection.execute("drop table parts")
        connection.execute("update readings set settings = replace(settings, 'compliance:2', 'compliance:1')")
        connection.execute("update winners set settings = replace(settings, 'compliance:2', 'compliance:1')")
    read_logs(lake, source)
    assert count(lake) == 4
    assert Eraser(lake, (KEY,)).erase(target_conversation(KEY, NAMED)).conversation_count == 2
    assert places_of(lake.root, TEXTS) == {}
