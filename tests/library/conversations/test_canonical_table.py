"""Whatever is delivered, in whatever order: ids are unique, nothing is read twice, late data finds its week."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from chatgpt_logs import Chat, write_export
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from reading_home import KEY, read_logs

from economic_index.contracts.lake import CONVERSATIONS, CONVERSATIONS_REJECTED, RAW_LOGS, SOURCES, TRANSCRIPTS
from economic_index.conversations import file_reading, identify
from economic_index.conversations.identify import KeyMismatchError
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import conversations_of_week, week_fingerprint, weeks_with_winners
from economic_index.lake import Lake
from economic_index.vocabulary import Audience, UserRule

FIRST_WEEK = date(2026, 1, 5)
EXPORT = Source("chats", "", product="chatgpt")


def commit_all(lake: Lake) -> pd.DataFrame:
    """Write every week that differs, as the weekly asset does; returns all conversations with their texts."""
    parts = []
    for week in sorted({*weeks_with_winners(lake), *lake.weeks_of(CONVERSATIONS)}):
        known, wanted = lake.commit_of(CONVERSATIONS, week), week_fingerprint(lake, week)
        if known is None or known.input_fingerprint != wanted:
            rows, transcripts = conversations_of_week(lake, week)
            lake.commit_week(week, {TRANSCRIPTS: transcripts, CONVERSATIONS: rows}, wanted)
            lake.clear_inbox(week)
        rows = lake.read_week(CONVERSATIONS, week)
        texts = lake.read_week(TRANSCRIPTS, week).set_index("conversation_id")["messages"]
        assert list(texts.index) == sorted(rows["conversation_id"])
        rows["texts"] = [tuple(message["text"] for message in texts[identity]) for identity in rows["conversation_id"]]
        rows["week"] = week
        parts.append(rows)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"conversation_id": []})


def source_of(path: Path) -> Source:
    return replace(EXPORT, path=str(path))


def texts_by_id(frame: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    return dict(zip(frame["conversation_id"], frame.get("texts", []), strict=True))


def identity_of(chat: Chat) -> str:
    return identify.conversation_id("chatgpt", chat.identity)


HOURS = st.integers(0, 24 * 40)
CHATS = st.builds(
    lambda number, count, created, updated: Chat(
        f"chat-{number}",
        tuple(f"text {number} {index}" for index in range(count)),
        datetime(2026, 1, 6, tzinfo=UTC) + timedelta(hours=created),
        datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=updated),
    ),
    st.integers(0, 6),
    st.integers(1, 5),
    HOURS,
    HOURS,
)
DELIVERIES = st.lists(st.lists(CHATS, min_size=1, max_size=6), min_size=1, max_size=3)


@settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(DELIVERIES)
def test_ids_are_unique_over_all_weeks_and_the_latest_version_wins(
    tmp_path_factory: pytest.TempPathFactory, deliveries: Sequence[Sequence[Chat]]
) -> None:
    folder = tmp_path_factory.mktemp("deliveries")
    (folder / "logs").mkdir()
    lake = Lake(folder / "home")
    for number, chats in enumerate(deliveries):
        write_export(folder / "logs" / f"{number}.json", chats)
        read_logs(lake, source_of(folder / "logs"))
        rows = commit_all(lake)
    assert rows["conversation_id"].is_unique
    every = [chat for chats in deliveries for chat in chats]
    assert set(rows["conversation_id"]) == {identity_of(chat) for chat in every}
    for chat_id in {chat.identity for chat in every}:
        versions = [chat for chat in every if chat.identity == chat_id]
        best = max((chat.updated, len(chat.texts)) for chat in versions)
        row = rows.set_index("conversation_id").loc[identity_of(versions[0])]
        allowed = {chat.texts for chat in versions if (chat.updated, len(chat.texts)) == best}
        same_content = {chat.texts for chat in versions}
        assert row["texts"] in allowed or len(same_content) < len(versions)
        assert row["week"] == row["started_at"].date() - timedelta(days=row["started_at"].weekday())


@settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(DELIVERIES)
def test_reading_again_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, deliveries: Sequence[Sequence[Chat]]
) -> None:
    folder = tmp_path_factory.mktemp("again")
    for number, chats in enumerate(deliveries):
        write_export(folder / f"{number}.json", chats)
    lake = Lake(folder / "home")
    source = replace(EXPORT, path=str(folder / "*.json"))
    read_logs(lake, source)
    before = commit_all(lake)
    commits = {table.name: lake.commit_of(table) for table in (RAW_LOGS, CONVERSATIONS_REJECTED, SOURCES)}
    again = read_logs(lake, source)
    assert (again.reports, again.touched_weeks, again.unchanged_count) == ([], [], len(deliveries))
    assert {table.name: lake.commit_of(table) for table in (RAW_LOGS, CONVERSATIONS_REJECTED, SOURCES)} == commits
    assert lake.inbox_weeks() == []
    pd.testing.assert_frame_equal(commit_all(lake), before)


def test_a_grown_file_adds_only_what_is_new(lake: Lake, logs: Path) -> None:
    chats = [Chat(f"c{number}", ("q", "a"), datetime(2026, 1, 6 + 7 * number, tzinfo=UTC)) for number in range(3)]
    path = write_export(logs / "conversations.json", chats)
    read_logs(lake, source_of(path))
    commit_all(lake)
    fingerprints = {week: week_fingerprint(lake, week) for week in weeks_with_winners(lake)}
    new = Chat("c9", ("q", "a"), datetime(2026, 1, 14, tzinfo=UTC))
    write_export(path, [*chats, new])
    reading = read_logs(lake, source_of(path))
    assert reading.touched_weeks == [date(2026, 1, 12)]
    assert [week for week, old in fingerprints.items() if week_fingerprint(lake, week) != old] == [date(2026, 1, 12)]
    assert sum(batch.num_rows for batch in lake.scan_inbox(date(2026, 1, 12))) == 1
    assert (reading.raw_logs["duplicate_count"].item(), reading.raw_logs["conversation_count"].item()) == (3, 4)
    assert set(commit_all(lake)["conversation_id"]) == {identity_of(chat) for chat in [*chats, new]}


def test_late_data_lands_in_its_own_week_and_makes_only_that_week_due(lake: Lake, logs: Path) -> None:
    write_export(logs / "a.json", [Chat("new", ("q",), datetime(2026, 3, 3, tzinfo=UTC))])
    read_logs(lake, source_of(logs))
    commit_all(lake)
    write_export(logs / "b.json", [Chat("old", ("q",), datetime(2026, 1, 7, tzinfo=UTC))])
    assert read_logs(lake, source_of(logs)).touched_weeks == [FIRST_WEEK]
    rows = commit_all(lake)
    assert dict(zip(rows["conversation_id"], rows["week"], strict=True))[identity_of(Chat("old", ()))] == FIRST_WEEK


def test_an_id_that_moves_leaves_its_old_week_and_makes_both_due(lake: Lake, logs: Path) -> None:
    chat = Chat("c", ("q", "a"), datetime(2026, 1, 6, tzinfo=UTC))
    write_export(logs / "a.json", [chat])
    read_logs(lake, source_of(logs))
    commit_all(lake)
    moved = replace(chat, texts=("q", "a", "more"), created=datetime(2026, 2, 3, tzinfo=UTC))
    write_export(logs / "b.json", [moved])
    assert read_logs(lake, source_of(logs)).touched_weeks == [FIRST_WEEK, date(2026, 2, 2)]
    rows = commit_all(lake)
    assert rows["week"].tolist() == [date(2026, 2, 2)]
    assert len(lake.read_week(CONVERSATIONS, FIRST_WEEK)) == 0


def test_a_shorter_newer_version_is_respected_and_an_older_one_ignored(lake: Lake, logs: Path) -> None:
    newer = Chat("c", ("kept",), updated=datetime(2026, 3, 2, tzinfo=UTC))
    older = Chat("c", ("kept", "deleted by the user"), updated=datetime(2026, 3, 1, tzinfo=UTC))
    for name, chat in [("a.json", older), ("b.json", newer), ("c.json", replace(older, texts=("kept", "x", "y")))]:
        write_export(logs / name, [chat])
        read_logs(lake, source_of(logs))
    assert texts_by_id(commit_all(lake)) == {identity_of(newer): ("kept",)}


def test_between_equal_versions_the_later_path_wins_whatever_was_read_first(tmp_path: Path) -> None:
    a, b = Chat("c", ("from a",)), Chat("c", ("from b",))
    results = []
    for number, order in enumerate([("a", "b"), ("b", "a")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        lake = Lake(tmp_path / f"home{number}")
        for name in order:
            write_export(folder / f"{name}.json", [{"a": a, "b": b}[name]])
            read_logs(lake, source_of(folder))
        results.append(texts_by_id(commit_all(lake)))
    assert results[0] == results[1] == {identity_of(a): ("from b",)}


def test_the_same_bytes_under_another_name_and_a_touched_file_are_skipped(lake: Lake, logs: Path) -> None:
    path = write_export(logs / "a.json", [Chat("c", ("q",))])
    read_logs(lake, source_of(logs))
    (logs / "b.json").write_bytes(path.read_bytes())
    path.touch()
    again = read_logs(lake, source_of(logs))
    assert (again.reports, again.unchanged_count) == ([], 2)


def test_changed_settings_read_the_file_again_and_replace_its_rows(lake: Lake, logs: Path) -> None:
    write_export(logs / "a.json", [Chat("c", ("q",))])
    read_logs(lake, source_of(logs))
    assert commit_all(lake)["product"].tolist() == ["chatgpt"]
    reading = read_logs(lake, replace(source_of(logs), product="helpdesk"))
    assert reading.touched_weeks == [FIRST_WEEK]
    assert commit_all(lake)["product"].tolist() == ["helpdesk"]


class Killed(BaseException):
    """Stands for a signal that nothing catches."""


@pytest.mark.parametrize("moment", ["_propose", "_check_unchanged", "_register"])
def test_a_killed_reading_leaves_nothing_that_counts_and_the_next_one_ends_the_same(
    tmp_path: Path, logs: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    chats = [
        Chat(f"c{number}", ("q", "a" * 50), datetime(2026, 1, 6 + number % 20, tzinfo=UTC)) for number in range(60)
    ]
    write_export(logs / "a.json", chats)
    expected = Lake(tmp_path / "whole")
    read_logs(expected, source_of(logs))
    lake = Lake(tmp_path / "killed")
    calls = 0
    original = getattr(file_reading.FileReading, moment)

    def die(self: Any, *arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if moment != "_propose" or calls == 3:
            raise Killed
        return original(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(file_reading, "BATCH_ROWS", 10)
        patch.setattr(file_reading.FileReading, moment, die)
        with pytest.raises(Killed):
            read_logs(lake, source_of(logs))
    assert weeks_with_winners(lake) == []
    assert len(lake.read(RAW_LOGS)) == 0
    with (logs / "a.json").open("ab") as log:
        log.write(b"\n")  # another size: what the killed reading left has another name
    read_logs(lake, source_of(logs))
    assert all(len(lake.inbox_readings(week)) == 1 for week in lake.inbox_weeks())
    pd.testing.assert_frame_equal(commit_all(lake), commit_all(expected))
    assert lake.read(RAW_LOGS)["conversation_count"].tolist() == [60]
    assert lake.inbox_weeks() == []


def test_a_version_that_loses_leaves_no_text_in_the_inbox(lake: Lake, logs: Path) -> None:
    newer = Chat("c", ("q", "a"), datetime(2026, 2, 3, tzinfo=UTC))
    older = Chat("c", ("q",), datetime(2026, 1, 6, tzinfo=UTC))
    write_export(logs / "a.json", [older, newer])
    read_logs(lake, source_of(logs))
    assert lake.inbox_weeks() == [date(2026, 2, 2)]


def test_content_that_comes_back_keeps_the_row_that_lies_in_the_lake(lake: Lake, logs: Path) -> None:
    first = Chat("c", ("q", "a"), datetime(2026, 2, 3, tzinfo=UTC), datetime(2026, 2, 3, tzinfo=UTC))
    write_export(logs / "a.json", [first])
    read_logs(lake, source_of(logs))
    edited = replace(first, texts=("q",), updated=datetime(2026, 2, 4, tzinfo=UTC))
    write_export(logs / "b.json", [edited, replace(first, updated=datetime(2026, 2, 5, tzinfo=UTC))])
    read_logs(lake, source_of(logs))
    assert texts_by_id(commit_all(lake)) == {identity_of(first): ("q", "a")}


def test_another_key_stops_the_run(lake: Lake, logs: Path) -> None:
    write_export(logs / "a.json", [Chat("c", ("q",))])
    read_logs(lake, source_of(logs))
    with pytest.raises(KeyMismatchError, match="another pseudonym key"):
        read_logs(lake, source_of(logs), key=b"o" * 32)


def test_floors_of_a_source_follow_its_users_and_its_audience(lake: Lake, logs: Path) -> None:
    write_export(logs / "a.json", [Chat("c", ("q",))])
    base = source_of(logs)
    read_logs(
        lake,
        replace(base, name="log"),
        replace(base, name="none", users=UserRule.NONE),
        replace(base, name="self", audience=Audience.SELF),
    )
    floors = lake.read(SOURCES).set_index("source")[["floor_conversations", "floor_users"]]
    assert floors.loc["log"].tolist() == [15, 5]
    assert floors.loc["none"].tolist() == [15, 0]
    assert floors.loc["self"].tolist() == [0, 0]


def test_nothing_private_leaves_the_transcripts(lake: Lake, logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    secrets = {"native-id-4711", "user-raw-77", "ann@example.org", "SECRET WORDS OF A PERSON"}
    (logs / "user.json").write_text('{"id": "user-raw-77", "email": "ann@example.org"}')
    chats = [Chat("native-id-4711", ("SECRET WORDS OF A PERSON", "b"))]
    path = write_export(logs / "conversations.json", chats)
    text = path.read_text()
    path.write_text(text[:-1] + ',{"SECRET WORDS OF A PERSON": nope}, {"id": "native-id-4711", "mapping": {}}]')
    reading = read_logs(lake, source_of(path))
    commit_all(lake)
    told = reading.summary + caplog.text + json.dumps(reading.stopped_files())
    for file in lake.root.rglob("*"):
        if file.is_file() and "transcripts" not in file.parts:
            told += file.read_bytes().decode("latin-1")
    for table in (RAW_LOGS, CONVERSATIONS_REJECTED, SOURCES):
        told += lake.read(table).to_csv()
    told += lake.read_week(CONVERSATIONS, FIRST_WEEK).to_csv()
    assert not [secret for secret in secrets if secret in told]
    assert str(logs) not in told
    assert len(lake.read(CONVERSATIONS_REJECTED)) == 2
    assert lake.read_week(CONVERSATIONS, FIRST_WEEK)["user_id"].tolist() == [
        identify.user_id(KEY, "chatgpt", "user-raw-77")
    ]
