"""A folder of Claude Code sessions: copies are one conversation, cut lines are no fault, names are told nowhere."""

import gzip
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from claude_code_logs import SESSION, answered, asked, line, tool_result, usual
from reading_files import PACKINGS, everything_written, lines, rows_of, texts_of
from reading_home import AS_OF, KEY, read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS
from economic_index.conversations import identify
from economic_index.conversations.check_logs import sniff_sources
from economic_index.conversations.reading_outcome import Reading
from economic_index.conversations.sources import Source
from economic_index.conversations.sources_edits import write_sources
from economic_index.conversations.sources_toml import load_sources
from economic_index.conversations.weekly import conversations_of_week, weeks_with_winners
from economic_index.lake import Lake
from economic_index.vocabulary import RejectReason

FOLDER = "-home-PRIVATE-client"
READ = ["Why does the import fail?", "I look.", "The file is empty.", "Fill it.", "Done."]
OTHER = "5e55107a-0000-4000-8000-000000000002"


def put(root: Path, records: list[Any], name: str = f"{SESSION}.jsonl", cut: bytes = b"") -> Path:
    path = root / "projects" / FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lines(records) + cut)
    return path


def source_of(root: Path, **settings: Any) -> Source:
    return Source("agents", str(root / "projects"), **settings)


def conversations(lake: Lake) -> list[tuple[str, ...]]:
    """The texts of every conversation that counts."""
    found = []
    for week in weeks_with_winners(lake):
        _, batches = conversations_of_week(lake, week)
        found += [
            tuple(message["text"] for message in messages)
            for batch in batches
            for messages in batch.column("messages").to_pylist()
        ]
    return sorted(found)


def test_a_session_in_a_folder_is_read_and_nothing_says_where_it_was(lake: Lake, logs: Path) -> None:
    put(logs, [*usual(), "broken"], cut=b"{broken]\n")
    reading = read_logs(lake, source_of(logs, user="someone@example.org"))
    assert conversations(lake) == [tuple(READ)]
    rejected = lake.read(CONVERSATIONS_REJECTED)
    assert rejected["reason"].tolist() == ["malformed_json"]
    assert rejected["source_name"].isna().all()
    told = reading.summary + json.dumps(reading.stopped_files())
    written = everything_written(lake) + told.encode()
    assert b"The file is empty." in written
    for private in ("PRIVATE", "SECRET", SESSION, "someone", '"u1"', str(logs)):
        assert private.encode() not in written


STOPS = {
    f"{SESSION}.jsonl": (b'{"colour": "red"}\n', RejectReason.UNKNOWN_FORMAT),
    f"{OTHER}.jsonl": (lines(usual()) + b"{broken]\n" * 30, RejectReason.MOSTLY_MALFORMED),
    f"{SESSION}.jsonl.gz": (gzip.compress(lines(usual()))[:-20], RejectReason.BAD_ARCHIVE),
    "agent-a1b2c3.jsonl": (b"\xff\xfe\x00\x00{", RejectReason.UNKNOWN_FORMAT),
    "my-client.zip": (b"PK\x03\x04 damaged", RejectReason.BAD_ARCHIVE),
}


@pytest.mark.parametrize("name", STOPS)
def test_a_file_that_stops_is_told_by_its_keyed_hash(lake: Lake, logs: Path, name: str) -> None:
    data, reason = STOPS[name]
    path = put(logs, [], name, cut=data)
    source = source_of(logs, format="claude_code") if name == "my-client.zip" else source_of(logs)
    reading = read_logs(lake, source)
    assert lake.read(RAW_LOGS)["reason"].tolist() == [reason]
    said = "\n".join(
        [
            reading.summary,
            *reading.stopped_files(),
            "\n".join(sniff_sources(Path(source.path), AS_OF, [source]).lines()),
        ]
    )
    said = said.replace(str(path), "").replace(str(logs), "")
    assert identify.file_id(KEY, path.as_posix()) in said
    for private in (path.name, path.name.split(".")[0], "PRIVATE"):
        assert private not in said
        assert private.encode() not in everything_written(lake)
    assert lake.read(CONVERSATIONS_REJECTED)["source_name"].isna().all()


def test_names_of_other_logs_are_still_told(lake: Lake, logs: Path) -> None:
    (logs / "notes.jsonl").write_text('{"colour": "red"}\n')
    reading = read_logs(lake, Source("mixed", str(logs)))
    assert "(notes.jsonl)" in reading.summary
    assert reading.stopped_files() == ["notes.jsonl: unknown_format"]


def read_again(lake: Lake, logs: Path) -> Reading:
    return read_logs(lake, source_of(logs))


def test_a_line_that_is_being_written_is_no_rejection_and_is_read_next_time(lake: Lake, logs: Path) -> None:
    put(logs, usual()[:5], cut=b'{"type":"user","uuid":"u4","mess')
    reading = read_again(lake, logs)
    assert conversations(lake) == [tuple(READ[:2])]
    assert (reading.rejected_count, reading.stopped_files()) == (0, [])
    put(logs, usual())
    read_again(lake, logs)
    assert conversations(lake) == [tuple(READ)]
    assert read_again(lake, logs).reports == []


def test_a_resumed_session_is_a_copy_that_grew(lake: Lake, logs: Path) -> None:
    put(logs, usual())
    more = [asked("u8", "u7", "And the tests?", 60), answered("u9", "u8", "Green.", 65)]
    copied = [each | {"sessionId": OTHER} if "uuid" in each else each for each in usual()]
    put(logs, [*copied, *more], f"{OTHER}.jsonl")
    assert read_again(lake, logs).raw_logs["superseded_count"].sum() == 1
    assert conversations(lake) == [(*READ, "And the tests?", "Green.")]


@pytest.mark.parametrize("is_fork_first", [True, False])
def test_of_a_fork_the_newest_path_is_kept_whichever_file_is_read_first(
    lake: Lake, logs: Path, is_fork_first: bool
) -> None:
    fork = [*usual()[:8], asked("f1", "u5", "Delete it.", 90), answered("f2", "f1", "Deleted.", 95)]
    names = [f"{SESSION}.jsonl", f"{OTHER}.jsonl"]
    for name, records in zip(names[::-1] if is_fork_first else names, [usual(), fork], strict=True):
        put(logs, records, name)
    read_again(lake, logs)
    assert conversations(lake) == [(*READ[:3], "Delete it.", "Deleted.")]
    together = put(logs, [*usual(), *fork], "together.jsonl")
    (row,), _ = rows_of(together)
    assert (row.transcript.texts(), row.values["branch_count"]) == ([*READ[:3], "Delete it.", "Deleted."], 1)


def test_equal_copies_are_one_conversation(lake: Lake, logs: Path) -> None:
    put(logs, usual())
    put(logs, [*usual(), line("system", "z", "u7", 999, subtype="turn_duration")], f"{OTHER}.jsonl")
    assert read_again(lake, logs).raw_logs["duplicate_count"].sum() == 1
    assert conversations(lake) == [tuple(READ)]


def test_sub_agents_and_what_lies_beside_sessions_give_nothing_and_no_error(lake: Lake, logs: Path) -> None:
    put(logs, usual())
    run = [asked("x", None, "PRIVATE", isSidechain=True), answered("y", "x", "PRIVATE", isSidechain=True)]
    put(logs, run, f"{SESSION}/subagents/agent-a1.jsonl")
    put(logs, run[:1], "agent-b2.jsonl")
    put(logs, [asked("c", None, "<command-name>/exit</command-name>")], f"{OTHER}.jsonl")
    put(logs, [{"agentType": "PRIVATE"}], f"{SESSION}/subagents/agent-a1.meta.json")
    put(logs, [{"PRIVATE": 1}], f"{SESSION}/tool-results/out.json")
    put(logs, [{"version": 1, "entries": []}], "sessions-index.json")
    reading = read_again(lake, logs)
    assert conversations(lake) == [tuple(READ)]
    assert reading.stopped_files() == []
    assert sorted(reading.raw_logs["reason"].fillna("")) == ["", *["session_without_prompt"] * 3]
    assert lake.read(CONVERSATIONS_REJECTED)["reason"].tolist() == ["empty_conversation"]
    assert "3 sessions in which nobody asked anything, or runs of sub-agents. (4 session files of agents)" in (
        reading.summary
    )
    assert reading.summary.count("\n") <= 4
    assert "3 others ignored" in "\n".join(sniff_sources(logs, AS_OF).lines())
    assert read_again(lake, logs).reports == []


@pytest.mark.parametrize("name", PACKINGS)
def test_a_session_is_read_plain_and_packed(tmp_path: Path, name: str) -> None:
    PACKINGS[name](tmp_path / name, lines([*usual(), tool_result("r", "u7", 30)]))
    rows, report = rows_of(tmp_path / name)
    assert texts_of(rows) == [READ]
    assert (rows[0].values["product"], rows[0].values["surface"]) == ("claude_code", "agent")
    assert report.record_count == 12


def test_an_archive_of_sessions_keeps_their_names_to_itself(lake: Lake, logs: Path) -> None:
    put(logs, usual())
    put(logs, [asked("c", None, "<command-name>/exit</command-name>")], f"{OTHER}.jsonl")
    shutil.make_archive(str(logs / "kept"), "zip", logs / "projects")
    reading = read_logs(lake, Source("agents", str(logs / "kept.zip")))
    assert conversations(lake) == [tuple(READ)]
    rejected = lake.read(CONVERSATIONS_REJECTED)
    assert (reading.rejected_count, len(rejected), rejected["source_name"].isna().all()) == (1, 1, True)
    assert not any(name in everything_written(lake) for name in (b"PRIVATE", SESSION.encode(), b"kept.zip"))


def users_of(lake: Lake, week: date) -> list[str | None]:
    return [user for batch in conversations_of_week(lake, week)[0] for user in batch["user_id"].to_pylist()]


def test_a_source_may_name_its_one_user_and_another_name_is_read_again(lake: Lake, logs: Path) -> None:
    put(logs, usual())
    source = source_of(logs, user="someone@example.org")
    (week,) = (read_logs(lake, source), weeks_with_winners(lake))[1]
    assert users_of(lake, week) == [identify.user_id(KEY, "claude_code", "someone@example.org")]
    assert read_logs(lake, source).reports == []
    other = replace(source, user="other@example.org")
    assert len(read_logs(lake, other).reports) == 1
    assert users_of(lake, week) == [identify.user_id(KEY, "claude_code", "other@example.org")]
    assert source.settings_hash() == replace(source, user=None).settings_hash() == other.settings_hash()
    write_sources(logs / "sources.toml", [source])
    assert load_sources(logs / "sources.toml") == [source]


def test_a_user_that_the_log_names_stands_before_the_source_s(tmp_path: Path) -> None:
    chat = {"messages": [{"role": "user", "content": "q"}], "ts": "2026-01-05T09:00:00Z"}
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines([chat | {"user": "u7"}, chat]))
    rows, _ = rows_of(path, user="someone")
    assert [row.values["user_id"] for row in rows] == [
        identify.user_id(KEY, "chat_messages", name) for name in ("u7", "someone")
    ]
