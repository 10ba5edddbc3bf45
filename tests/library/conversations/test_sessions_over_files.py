"""A log that is cut into files gives the conversations of the log in one piece, however and whenever they are read."""

import gzip
import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import zstandard
from api_logs import completion, stored_response, write_lines
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reading_home import KEY, read_logs

from economic_index.conversations.chained_files import ChainedFiles, KnownFile
from economic_index.conversations.identify import user_id
from economic_index.conversations.kept_chains import UnreadableChainsError, pack, unpack
from economic_index.conversations.readers.chat_messages import READER
from economic_index.conversations.readers.sessions import SESSIONS, Sessions
from economic_index.conversations.records import Draft, Element, Locator, ReadContext
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import conversations_of_week
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake
from economic_index.vocabulary import LocatorKind
from tests.people_logs import classify, commit_due

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
Told = dict[str, tuple[Any, ...]]


def told(lake: Lake) -> Told:
    """Every conversation that counts: who, when, how much, in which words."""
    found: Told = {}
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        weeks = store.weeks()
    for week in weeks:
        rows, batches = conversations_of_week(lake, week)
        texts = {
            row["conversation_id"]: tuple((message["role"], message["text"]) for message in row["messages"])
            for batch in batches
            for row in batch.to_pylist()
        }
        for row in (row for batch in rows for row in batch.to_pylist()):
            kept = ("user_id", "started_at", "ended_at", "message_count", "tool_event_count", "branch_count", "model")
            found[row["conversation_id"]] = (*(str(row[name]) for name in kept), texts[row["conversation_id"]])
    return found


def source(logs: Path) -> Source:
    return Source(name="api", path=str(logs))


def at(minutes: int) -> str:
    return (NOON + timedelta(minutes=minutes)).isoformat()


def named_after(replies: list[str], number: int, moment: str, user: str) -> dict[str, Any]:
    """A stored response that names the one before it; `replies` takes its id."""
    previous = {"previous_response_id": replies[-1]} if replies[-1].startswith("resp_") else {}
    identity = f"resp_{number:016d}"
    replies.append(identity)
    line = stored_response(f"ask {number}", f"reply {number}", identity, 0, **previous)
    return {"ts": moment, "user": user or None, **line}


@st.composite
def api_log(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Requests of some chats in order of time: resent or by session, with retries, failures, cuts and pauses."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    lines, minute = [], 0
    chats: list[tuple[str, str | None, list[str]]] = []
    for number in range(draw(st.integers(2, 14))):
        minute += rng.choice([0, 1, 3, 8, 200, 2000])
        if not chats or rng.random() < 0.35:
            session = rng.choice([None, None, f"s{number}", "named"])
            chats.append((rng.choice(["u1", "u2", ""]), session, [f"begin {number}"]))
        user, session, texts = chats[rng.randrange(len(chats))]
        if session == "named":
            lines.append(named_after(texts, number, at(minute), user))
            continue
        asked = texts[:] if len(texts) % 2 else [*texts, f"ask {number}"]
        reply = None if rng.random() < 0.15 else f"reply {number}"
        shown = asked[-1:] if session and rng.random() < 0.4 else asked[-3:] if rng.random() < 0.2 else asked
        line = completion(*shown, reply=reply, user=user or None, **({"session_id": session} if session else {}))
        line["ts"] = at(minute)
        if reply is not None:
            line["response"]["id"] = f"chatcmpl-{number:016d}"
            if rng.random() < 0.85:  # else it is asked again
                texts[:] = [*asked, reply]
        lines.append(line)
    return lines if draw(st.integers(0, 4)) else lines[::-1]


def cut(lines: Sequence[Any], places: list[int], folder: Path) -> list[Path]:
    bounds = [0, *sorted({place % (len(lines) + 1) for place in places}), len(lines)]
    parts = [lines[start:end] for start, end in pairwise(bounds) if end > start]
    return [write_lines(folder / f"{number:02d}.jsonl", part) for number, part in enumerate(parts)]


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a shorter log is not worth minutes of reading
    suppress_health_check=list(HealthCheck),
)
@given(lines=api_log(), places=st.lists(st.integers(0, 14), max_size=5), seed=st.integers(0, 2**32))
def test_cut_anywhere_and_read_in_any_order_it_is_the_log_in_one_piece(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, Any]], places: list[int], seed: int
) -> None:
    rng = random.Random(seed)
    folder = tmp_path_factory.mktemp("cut")
    (folder / "whole").mkdir()
    write_lines(folder / "whole" / "a.jsonl", lines)
    whole = Lake(folder / "home")
    read_logs(whole, source(folder / "whole"))
    (folder / "store").mkdir()
    files = cut(lines, places, folder / "store")
    (folder / "parts").mkdir()
    parts = Lake(folder / "other")
    order = files if rng.random() < 0.5 else rng.sample(files, len(files))
    for number, path in enumerate(order):
        (folder / "parts" / path.name).write_bytes(path.read_bytes())
        if rng.random() < 0.6 or number == len(order) - 1:
            read_logs(parts, source(folder / "parts"))
        if rng.random() < 0.4:
            commit_due(parts)
        if rng.random() < 0.15:  # forgotten
            for kept in (folder / "other" / "open_chains").glob("*"):
                kept.unlink()
    assert told(parts) == told(whole)
    assert read_logs(parts, source(folder / "parts")).unchanged_count == len(files)


def asked(*texts: str, reply: str, minute: int, number: int | None = None, **own: Any) -> dict[str, Any]:
    line = completion(*texts, reply=reply, **own) | {"ts": at(minute)}
    line["response"]["id"] = f"chatcmpl-{minute if number is None else number:016d}"
    return line


FIRST = asked("one", reply="two", minute=0)
SECOND = asked("one", "two", "three", reply="four", minute=30)
OTHER = asked("else", reply="more", minute=40, user="u2")


def put(logs: Path, name: str, *lines: Any) -> Path:
    return write_lines(logs / name, lines)


def words(lake: Lake) -> list[tuple[str, ...]]:
    return sorted(tuple(text for _, text in values[-1]) for values in told(lake).values())


def test_the_next_days_file_makes_a_conversation_longer_and_tells_of_no_other(lake: Lake, logs: Path) -> None:
    put(logs, "1.jsonl", FIRST, OTHER)
    read_logs(lake, source(logs))
    (identity,) = (key for key, values in told(lake).items() if values[-1][0][1] == "one")
    put(logs, "2.jsonl", SECOND)
    (report,) = read_logs(lake, source(logs)).reports
    assert (report.conversation_count, report.superseded_count, report.duplicate_count) == (1, 1, 0)
    assert words(lake) == [("else", "more"), ("one", "two", "three", "four")]
    assert told(lake)[identity][3] == "4"


def test_an_earlier_try_in_a_later_file_tells_when_it_began(lake: Lake, logs: Path) -> None:
    put(logs, "1.jsonl", asked("one", reply="two", minute=9, session_id="s1"))
    read_logs(lake, source(logs))
    put(logs, "2.jsonl", completion("one", reply=None, session_id="s1") | {"ts": at(1)})
    read_logs(lake, source(logs))
    ((_, started_at, *_),) = told(lake).values()
    assert started_at == str(NOON + timedelta(minutes=1))


@pytest.mark.parametrize("is_at_once", [False, True])
def test_a_copy_beside_the_log_changes_nothing(lake: Lake, logs: Path, is_at_once: bool) -> None:
    by_turn = [asked(text, reply="ok", minute=n, session_id="s1") for n, text in enumerate(("one", "two"), start=50)]
    long_ago = [asked(text, reply="ok", minute=n - 9000, session_id="s0") for n, text in enumerate(("a", "b", "c"))]
    again = asked("d", reply="ok", minute=-4000, session_id="s0")
    path = put(logs, "1.jsonl", *long_ago, again, FIRST, SECOND, OTHER, *by_turn)
    if not is_at_once:
        read_logs(lake, source(logs))
    (logs / "2.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    reading = read_logs(lake, source(logs))
    assert len(words(lake)) == 5
    assert ("one", "ok", "two", "ok") in words(lake)
    assert reading.reports[-1].touched_weeks == ()


def test_what_lies_in_the_home_names_nobody_and_goes_after_a_day(lake: Lake, logs: Path) -> None:
    kept = lake.root / "open_chains"
    for day in range(4):
        put(logs, f"{day}.jsonl", asked("private words", reply="ok", minute=day * 1441, user="person-secret"))
        read_logs(lake, source(logs))
    # of the last file and of the one before it, which the last is read again from if it grows
    assert len(list(kept.iterdir())) == 2
    newest = max(kept.iterdir(), key=lambda path: path.stat().st_mtime_ns).read_bytes()
    (chain,) = unpack(newest, b"").chains
    assert chain.messages[0].text == "private words"
    held = zstandard.ZstdDecompressor().decompressobj().decompress(newest)
    assert b"secret" not in held
    assert b"chatcmpl" not in held


def test_a_late_file_between_others_is_as_if_it_had_been_there(lake: Lake, logs: Path) -> None:
    put(logs, "1.jsonl", FIRST)
    put(logs, "3.jsonl", SECOND, OTHER)
    read_logs(lake, source(logs))
    assert words(lake) == [("else", "more"), ("one", "two", "three", "four")]
    put(logs, "2.jsonl", asked("one", reply="two", minute=20))  # the same words again: that one is gone on with
    reading = read_logs(lake, source(logs))
    assert len(reading.reports) == 2
    assert words(lake) == [("else", "more"), ("one", "two"), ("one", "two", "three", "four")]
    assert read_logs(lake, source(logs)).reports == []


def test_a_run_that_was_killed_after_it_took_files_back_is_made_good_by_the_next(lake: Lake, logs: Path) -> None:
    put(logs, "1.jsonl", FIRST)
    put(logs, "3.jsonl", SECOND, OTHER)
    read_logs(lake, source(logs))
    put(logs, "2.jsonl", asked("one", reply="two", minute=20))
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        first, last = sorted(store.ends_of("api").items(), key=lambda item: item[1].before)
        files = [KnownFile(first[0]), KnownFile(None), KnownFile(last[0])]
        assert ChainedFiles(lake, store, KEY).prepare("api", len(files), lambda place: files[place])
    read_logs(lake, source(logs))
    assert words(lake) == [("else", "more"), ("one", "two"), ("one", "two", "three", "four")]


@pytest.mark.parametrize("harm", ["gone", "damaged"])
def test_where_nothing_is_kept_the_files_before_are_read_again(lake: Lake, logs: Path, harm: str) -> None:
    put(logs, "1.jsonl", FIRST, OTHER)
    read_logs(lake, source(logs))
    for path in (lake.root / "open_chains").iterdir():
        path.unlink() if harm == "gone" else path.write_bytes(path.read_bytes()[:-9])
    put(logs, "2.jsonl", SECOND)
    assert len(read_logs(lake, source(logs)).reports) == 2
    assert words(lake) == [("else", "more"), ("one", "two", "three", "four")]


def test_files_that_are_no_longer_there_keep_what_they_gave(lake: Lake, logs: Path) -> None:
    first = put(logs, "1.jsonl", FIRST, OTHER)
    put(logs, "2.jsonl", SECOND)
    read_logs(lake, source(logs))
    first.unlink()
    put(logs, "3.jsonl", asked("one", "two", "three", "four", "five", reply="six", minute=60))
    assert len(read_logs(lake, source(logs)).reports) == 1
    assert words(lake) == [("else", "more"), ("one", "two", "three", "four", "five", "six")]


def test_a_renamed_file_is_not_read_again_and_the_next_goes_on_from_it(lake: Lake, logs: Path) -> None:
    put(logs, "api.jsonl", FIRST, OTHER)
    read_logs(lake, source(logs))
    (logs / "api.jsonl").rename(logs / "api-0105.jsonl")
    put(logs, "api.jsonl", SECOND)
    reading = read_logs(lake, source(logs))
    assert (len(reading.reports), reading.unchanged_count) == (1, 1)
    assert words(lake) == [("else", "more"), ("one", "two", "three", "four")]


def test_a_last_file_that_grows_goes_on_from_the_one_before_it(lake: Lake, logs: Path) -> None:
    put(logs, "1.jsonl", FIRST)
    put(logs, "2.jsonl", OTHER)
    read_logs(lake, source(logs))
    put(logs, "2.jsonl", OTHER, SECOND)
    assert len(read_logs(lake, source(logs)).reports) == 1
    assert words(lake) == [("else", "more"), ("one", "two", "three", "four")]


WEEK, NEXT = date(2026, 1, 5), date(2026, 1, 12)
A_WEEK = 7 * 1440


def weekly_files(logs: Path) -> None:
    """Three files, the last with a week of its own and a conversation that the first begins."""
    put(logs, "1.jsonl", FIRST)
    put(logs, "2.jsonl", OTHER)
    put(logs, "3.jsonl", SECOND, asked("week", reply="two", minute=A_WEEK, user="u3"))


def test_of_weeks_that_are_told_again_as_they_were_none_is_due(lake: Lake, logs: Path) -> None:
    weekly_files(logs)
    read_logs(lake, source(logs))
    assert commit_due(lake) == [WEEK, NEXT]
    for minute in (50, 55):  # twice: what was told again once is so again
        put(logs, "2.jsonl", OTHER, asked(f"at {minute}", reply="new", minute=minute, user="u4"))
        reading = read_logs(lake, source(logs))
        assert len(reading.reports) > 1
        assert reading.touched_weeks == [WEEK]
        assert commit_due(lake) == [WEEK]
        assert ("week", "two") in words(lake)
        assert ("one", "two", "three", "four") in words(lake)
    assert read_logs(lake, source(logs)).reports == []


def test_a_row_that_waits_for_its_week_is_written_anew_when_it_is_told_again(lake: Lake, logs: Path) -> None:
    weekly_files(logs)
    read_logs(lake, source(logs))
    put(logs, "2.jsonl", OTHER, asked("new", reply="more", minute=50, user="u4"))
    assert read_logs(lake, source(logs)).touched_weeks == [WEEK, NEXT]
    assert commit_due(lake) == [WEEK, NEXT]
    assert len(words(lake)) == 4


def test_a_week_that_has_not_ended_has_no_other_week_asked(lake: Lake, logs: Path) -> None:
    put(logs, "1.jsonl", FIRST)
    put(logs, "2.jsonl", OTHER)
    both = [asked(text, reply="two", minute=minute, user=text) for text, minute in (("late", 60), ("week", A_WEEK))]
    put(logs, "3.jsonl", *both)
    read_logs(lake, source(logs))
    assert commit_due(lake, until=WEEK) == [WEEK]
    put(logs, "2.jsonl", OTHER, asked("new", reply="more", minute=A_WEEK - 30, user="u4"))
    assert read_logs(lake, source(logs)).touched_weeks == [NEXT]
    assert commit_due(lake) == [NEXT]
    assert len(words(lake)) == 5


def test_a_row_without_text_stays_its_sources_when_its_reading_is_taken_back(lake: Lake, logs: Path) -> None:
    weekly_files(logs)
    read_logs(lake, source(logs))
    for week in commit_due(lake):
        classify(lake, week)
    dropping = replace(source(logs), keep_text_days=30)
    assert read_logs(lake, dropping).dropped_text_count == 3
    commit_due(lake)
    put(logs, "2.jsonl", OTHER, asked("new", reply="more", minute=50, user="u4"))
    assert len(read_logs(lake, dropping).reports) > 1
    commit_due(lake)
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        counting = {winner.conversation_id for week in store.weeks() for winner in store.of_week(week)}
        assert store.ids_of_source("api") == counting
        assert len(counting) >= 3


def test_a_week_is_due_if_a_row_of_the_same_words_is_told_otherwise(lake: Lake, logs: Path) -> None:
    put(logs, "1.jsonl", FIRST)
    put(logs, "2.jsonl", OTHER)
    put(logs, "3.jsonl", asked("again", reply="two", minute=45, session_id="s3"))
    read_logs(lake, source(logs))
    commit_due(lake)
    put(logs, "2.jsonl", OTHER, completion("again", reply=None, session_id="s3") | {"ts": at(42)})  # an earlier try
    assert read_logs(lake, source(logs)).touched_weeks == [WEEK]
    assert commit_due(lake) == [WEEK]
    (found,) = [values for values in told(lake).values() if values[-1][0][1] == "again"]
    assert found[1] == str(NOON + timedelta(minutes=42))
    assert [text for _, text in found[-1]] == ["again", "two"]


def test_what_was_told_again_goes_with_its_source(lake: Lake, logs: Path) -> None:
    weekly_files(logs)
    read_logs(lake, source(logs))
    commit_due(lake)
    put(logs, "2.jsonl", OTHER, asked("new", reply="more", minute=50, user="u4"))
    read_logs(lake, source(logs))
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        assert store.ids_of_source("api") == set(told(lake))


BROKEN = ['{"messages": ['] * 30


@pytest.mark.parametrize("lines", [BROKEN, [asked("one", "two", "lost", reply="x", minute=5), *BROKEN]])
def test_a_file_that_stopped_hands_nothing_on_and_is_tried_alone(lake: Lake, logs: Path, lines: list[Any]) -> None:
    put(logs, "1.jsonl", FIRST)
    put(logs, "2.jsonl", *lines)
    put(logs, "3.jsonl", SECOND)
    assert len(read_logs(lake, source(logs)).stopped_files()) == 1
    read_logs(lake, source(logs))
    assert words(lake) == [("one", "two", "three", "four")]
    assert len(read_logs(lake, source(logs)).reports) == 1  # the broken one, and nothing for its sake
    put(logs, "2.jsonl", asked("one", "two", "found", reply="x", minute=5))
    read_logs(lake, source(logs))
    assert words(lake) == [("one", "two", "found", "x"), ("one", "two", "three", "four")]


def test_a_session_that_is_taken_up_days_later_does_not_replace_its_first_part(lake: Lake, logs: Path) -> None:
    put(logs, "1.jsonl", asked("one", reply="two", minute=0, session_id="s1"))
    read_logs(lake, source(logs))
    put(logs, "2.jsonl", asked("later", "more", "even", reply="that", minute=6000, session_id="s1"))
    read_logs(lake, source(logs))
    assert words(lake) == [("later", "more", "even", "that"), ("one", "two")]


def test_sources_are_never_joined(lake: Lake, logs: Path) -> None:
    folders = [logs / "a", logs / "b"]
    for folder, line in zip(folders, (FIRST, SECOND), strict=True):
        folder.mkdir()
        put(folder, "1.jsonl", line)
    read_logs(lake, *(Source(name=folder.name, path=str(folder)) for folder in folders))
    assert words(lake) == [("one", "two"), ("one", "two", "three", "four")]


@given(text=st.text(st.characters(), max_size=20))
def test_what_is_kept_is_what_was_open(text: str) -> None:
    sessions = Sessions(b"key")
    line = completion(f"a{text}", reply="\ud83d cut", session_id="s1")
    elements = iter([Element(line, Locator(LocatorKind.LINE, 1))])
    for draft in READER.read(elements, ReadContext(datetime(2026, 9, 1, tzinfo=UTC), {SESSIONS: sessions})):
        assert isinstance(draft, Draft)
        draft.conversation_id, draft.user_id = "c1", "u1"
    again = unpack(pack(sessions), b"key")
    assert pack(again) == pack(unpack(pack(again), b"key"))
    assert [chain.messages for chain in again.chains] == [chain.messages for chain in sessions.chains]
    assert [chain.keys for chain in again.chains] == [chain.keys for chain in sessions.chains]


@pytest.mark.parametrize("packed", [b"", b"no zstd", *map(zstandard.compress, (b'{"version": 0}', b"[]"))])
def test_what_cannot_be_unpacked_says_so(packed: bytes) -> None:
    with pytest.raises(UnreadableChainsError):
        unpack(packed, b"key")


def test_one_key_that_begins_hundreds_of_conversations_a_day_is_told_by_day_alone(lake: Lake, logs: Path) -> None:
    rows = [asked(f"case {n}", reply="ok", minute=n % 600, number=n, user="batch-secret") for n in range(501)]
    put(logs, "1.jsonl", *rows[:300], *(asked(f"q{n}", reply="ok", minute=n, number=n, user=f"u{n}") for n in range(9)))
    put(logs, "2.jsonl", *rows[300:])
    reading = read_logs(lake, source(logs))
    assert reading.automated_traffic() == {"2026-01-05": 501}
    assert "501 conversations of 2026-01-05" in reading.summary
    pseudonym = user_id(KEY, "chat_messages", "batch-secret")
    assert not [name for name in ("secret", pseudonym) if name in reading.summary]
