"""What API logs left open at the end of a file holds nothing of who was forgotten, and brings nobody back."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import zstandard
from reading_home import AS_OF, KEY
from test_sessions_over_files import FIRST, NOON, OTHER, SECOND, asked, put, source, told, words

from economic_index.contracts.lake import TRANSCRIPTS
from economic_index.conversations.identify import user_id
from economic_index.conversations.reading import LogReader
from economic_index.conversations.reading_outcome import Reading
from economic_index.conversations.sources import Source
from economic_index.conversations.winners import WinnerStore
from economic_index.erasure.erase import Eraser
from economic_index.erasure.retention import drop_old_texts
from economic_index.erasure.rotation import Rotation
from economic_index.erasure.targets import Target, target_conversation, target_user
from economic_index.lake import Lake
from tests.people_logs import classify, commit_due

THIRD = asked("one", "two", "three", "four", "five", reply="six", minute=60)


def read(lake: Lake, api: Source, after_days: int = 0) -> Reading:
    reading = LogReader((api,), KEY, AS_OF + timedelta(days=after_days)).read(lake)
    commit_due(lake)
    return reading


def kept(lake: Lake) -> bytes:
    folder = lake.root / "open_chains"
    unpacker = zstandard.ZstdDecompressor
    return b"".join(unpacker().decompressobj().decompress(path.read_bytes()) for path in folder.glob("*"))


def id_of(lake: Lake, first: str) -> str:
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        names = [version.conversation_id for week in store.weeks() for version in store.of_week(week)]
    rows = [row for week in lake.weeks_of(TRANSCRIPTS) for row in lake.read_week(TRANSCRIPTS, week).to_dict("records")]
    (found,) = (row["conversation_id"] for row in rows if row["messages"][0]["text"] == first)
    assert found in names
    return found


def test_a_forgotten_user_does_not_come_back_and_the_chats_of_others_go_on(lake: Lake, logs: Path) -> None:
    api = source(logs)
    put(logs, "1.jsonl", FIRST, OTHER)
    read(lake, api)
    assert b"more" in kept(lake)
    Eraser(lake, (KEY,)).erase(target_user(KEY, "u2"))
    assert not (lake.root / "open_chains").exists()
    put(logs, "2.jsonl", SECOND, asked("else", "more", "again", reply="no", minute=50, user="u2"))
    (first, second) = read(lake, api).reports
    assert (first.forgotten_count, second.forgotten_count) == (1, 1)
    assert words(lake) == [("one", "two", "three", "four")]
    assert b"four" in kept(lake)
    assert b"more" not in kept(lake)
    assert b"again" not in kept(lake)


def test_a_forgotten_conversation_that_goes_on_in_later_files_stays_forgotten(lake: Lake, logs: Path) -> None:
    api = source(logs)
    put(logs, "1.jsonl", FIRST, OTHER)
    read(lake, api)
    Eraser(lake, (KEY,)).erase(target_conversation(KEY, id_of(lake, "one")))
    for name, line in (("2.jsonl", SECOND), ("3.jsonl", THIRD)):
        put(logs, name, line)
        assert read(lake, api).reports[-1].forgotten_count == 1
        assert words(lake) == [("else", "more")]
        assert b"two" not in kept(lake)
        assert b"three" not in kept(lake)
        assert b"more" in kept(lake)


def test_a_tombstone_that_is_taken_away_brings_the_whole_chat_back_with_its_next_request(
    lake: Lake, logs: Path
) -> None:
    api = source(logs)
    put(logs, "1.jsonl", FIRST, OTHER)
    read(lake, api)
    target = target_conversation(KEY, id_of(lake, "one"))
    eraser = Eraser(lake, (KEY,))
    eraser.erase(target)
    put(logs, "2.jsonl", SECOND)
    read(lake, api)
    assert eraser.take_back(target) == 1
    put(logs, "3.jsonl", THIRD)
    read(lake, api)
    assert words(lake) == [("else", "more"), ("one", "two", "three", "four", "five", "six")]


def test_a_forgotten_source_and_another_key_leave_nothing_open(lake: Lake, logs: Path) -> None:
    api = source(logs)
    put(logs, "1.jsonl", FIRST, OTHER)
    read(lake, api)
    Eraser(lake, (KEY,)).erase(Target(source="api"))
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        assert store.ends_of("api") == {}
    read(lake, api)
    assert words(lake) == [("else", "more"), ("one", "two")]
    Rotation(lake, KEY, b"n" * 32).run(lambda: None)
    assert not (lake.root / "open_chains").exists()
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        assert store.ends_of("api") == {}


def test_what_is_open_goes_with_the_texts_of_its_week(lake: Lake, logs: Path) -> None:
    api = replace(source(logs), keep_text_days=7)
    put(logs, "1.jsonl", asked("one", reply="two", minute=2 * 1440))
    read(lake, source(logs))
    last_of_week = NOON + timedelta(days=6)
    drop_old_texts(lake, (api,), last_of_week + timedelta(days=7))
    assert b"two" in kept(lake)
    drop_old_texts(lake, (source(logs),), last_of_week + timedelta(days=80))
    assert b"two" in kept(lake)
    drop_old_texts(lake, (api,), last_of_week + timedelta(days=8))
    assert kept(lake) == b""


def test_files_that_are_read_again_bring_no_dropped_text_back(lake: Lake, logs: Path) -> None:
    api = replace(source(logs), keep_text_days=7)
    put(logs, "1.jsonl", FIRST)
    read(lake, source(logs))
    (week,) = lake.weeks_of(TRANSCRIPTS)
    identity = id_of(lake, "one")
    classify(lake, week)
    put(logs, "0.jsonl", asked("zero", reply="ok", minute=-100, user="u3"))  # before the other: that is read again
    reading = read(lake, api, after_days=400)
    assert reading.dropped_text_count == 1
    assert [report.past_retention_count for report in reading.reports] == [0, 1]
    texts = {
        row["conversation_id"]: len(row["messages"]) for row in lake.read_week(TRANSCRIPTS, week).to_dict("records")
    }
    assert texts.pop(identity) == 0
    assert list(texts.values()) == [2]


def test_a_conversation_whose_text_went_gets_no_other_id_with_its_text(lake: Lake, logs: Path) -> None:
    api = replace(source(logs), keep_text_days=7)
    put(logs, "1.jsonl", SECOND)
    read(lake, source(logs))
    (week,) = lake.weeks_of(TRANSCRIPTS)
    identity = id_of(lake, "one")
    classify(lake, week)
    put(logs, "2.jsonl", FIRST)  # newest first: its beginning, which names it
    read(lake, api, after_days=400)
    rows = lake.read_week(TRANSCRIPTS, week).to_dict("records")
    assert [(row["conversation_id"], len(row["messages"])) for row in rows] == [(identity, 0)]


def test_the_user_of_a_chat_is_the_one_whom_the_source_names(lake: Lake, logs: Path) -> None:
    mine = replace(source(logs), user="me")
    put(logs, "1.jsonl", asked("one", reply="two", minute=0, user=None))
    read(lake, mine)
    put(logs, "2.jsonl", asked("one", "two", "three", reply="four", minute=30, user=None))
    read(lake, mine)
    ((user, *_),) = told(lake).values()
    assert user == user_id(KEY, "chat_messages", "me")
    assert words(lake) == [("one", "two", "three", "four")]


def test_texts_are_redacted_there_too(lake: Lake, logs: Path) -> None:
    api = replace(source(logs), redact=("email",))
    put(logs, "1.jsonl", asked("write to anna@example.com", reply="two", minute=0))
    read(lake, api)
    assert b"anna@example.com" not in kept(lake)
    put(logs, "2.jsonl", asked("write to anna@example.com", "two", "three", reply="four", minute=9))
    read(lake, api)
    assert words(lake) == [("write to <EMAIL>", "two", "three", "four")]
