"""What a reading forgets: vectors of what no longer counts, inbox files of weeks that hold it all; nothing else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from chatgpt_logs import Chat, write_export
from reading_home import read_logs

from economic_index.contracts.lake import CONVERSATIONS, TRANSCRIPTS
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import conversations_of_week, weeks_with_winners
from economic_index.due import conversations_stage, input_fingerprint, is_due
from economic_index.lake import Lake
from economic_index.llm.exchange_folder import EXCHANGE
from economic_index.llm.prices import Usage
from economic_index.llm.records import Answer, Attempt, Settled
from economic_index.llm.request import Subject
from economic_index.llm.store import AnswerStore
from economic_index.local.vectors import VectorStore, bank_maker
from economic_index.vocabulary import Purpose, Transport

WEEK, LATER = date(2026, 1, 5), date(2026, 2, 2)
MAKER, BANK = "encoder.window-1", bank_maker("encoder")
STAGE = conversations_stage()


def source_of(path: Path) -> Source:
    return Source("chats", str(path), product="chatgpt")


def commit_due(lake: Lake) -> None:
    """What the weekly asset does."""
    for week in sorted({*weeks_with_winners(lake), *lake.weeks_of(CONVERSATIONS)}):
        if is_due(lake, STAGE, week):
            rows, transcripts = conversations_of_week(lake, week)
            tables = {TRANSCRIPTS: transcripts, CONVERSATIONS: rows}
            lake.commit_week(week, tables, input_fingerprint(lake, STAGE, week))
            lake.clear_inbox(week)


@contextmanager
def killed_before_clearing(lake: Lake) -> Iterator[None]:
    """What is committed inside leaves its inbox behind."""
    kept = lake.root.with_name("kept")
    shutil.copytree(lake.root / "inbox", kept)
    yield
    shutil.copytree(kept, lake.root / "inbox", dirs_exist_ok=True)
    shutil.rmtree(kept)


def hashes(lake: Lake) -> dict[str, str]:
    """Content hash by conversation id, of all weeks."""
    weeks = [lake.read_week(CONVERSATIONS, week) for week in lake.weeks_of(CONVERSATIONS)]
    return {
        name: content
        for rows in weeks
        for name, content in zip(rows["conversation_id"], rows["content_hash"], strict=True)
    }


def embed(lake: Lake) -> VectorStore:
    """A vector for each content that the weeks hold, and one of the bank."""
    store = VectorStore(lake.database_path("vectors"))
    vector = np.ones(4, np.float32)
    store.put(MAKER, [(name, vector) for name in hashes(lake).values()])
    store.put(BANK, [("task", vector)])
    return store


def test_a_superseded_version_takes_its_vector_with_it(lake: Lake, logs: Path) -> None:
    old, other = Chat("c", ("q", "a secret, deleted later")), Chat("d", ("q", "a"))
    write_export(logs / "a.json", [old, other])
    read_logs(lake, source_of(logs))
    commit_due(lake)
    store, before = embed(lake), hashes(lake)
    write_export(logs / "b.json", [replace(old, texts=("q", "a"), updated=datetime(2026, 3, 1, tzinfo=UTC))])
    read_logs(lake, source_of(logs))
    commit_due(lake)
    after = set(hashes(lake).values())
    gone = set(before.values()) - after
    assert len(gone) == 1
    assert store.get(MAKER, sorted(before.values())).keys() == set(before.values()) - gone
    assert store.get(BANK, ["task"]).keys() == {"task"}


def test_a_vector_made_of_the_old_version_meanwhile_goes_with_the_next_reading(lake: Lake, logs: Path) -> None:
    write_export(logs / "a.json", [Chat("c", ("q",))])
    read_logs(lake, source_of(logs))
    commit_due(lake)
    (old,) = hashes(lake).values()
    write_export(logs / "b.json", [Chat("c", ("q", "a"), updated=datetime(2026, 3, 1, tzinfo=UTC))])
    read_logs(lake, source_of(logs))
    store = embed(lake)  # the week still is what it was
    assert store.get(MAKER, [old]).keys() == {old}
    commit_due(lake)
    read_logs(lake, source_of(logs))
    assert store.get(MAKER, [old]) == {}


def test_a_conversation_that_moves_to_another_week_keeps_its_vector(lake: Lake, logs: Path) -> None:
    chat = Chat("c", ("q", "a"))
    write_export(logs / "a.json", [chat])
    read_logs(lake, source_of(logs))
    commit_due(lake)
    store, (name,) = embed(lake), hashes(lake).values()
    write_export(logs / "a.json", [replace(chat, created=datetime(2026, 2, 3, tzinfo=UTC))])
    read_logs(lake, replace(source_of(logs), product="helpdesk"))  # read in another way: its week is chosen anew
    commit_due(lake)
    assert (len(lake.read_week(CONVERSATIONS, WEEK)), len(lake.read_week(CONVERSATIONS, LATER))) == (0, 1)
    assert store.get(MAKER, [name]).keys() == {name}


def test_an_inbox_that_outlived_its_weeks_commit_goes_with_the_next_reading(lake: Lake, logs: Path) -> None:
    write_export(logs / "a.json", [Chat("c", ("q", "a")), Chat("d", ("q",), datetime(2026, 2, 3, tzinfo=UTC))])
    read_logs(lake, source_of(logs))
    with killed_before_clearing(lake):
        commit_due(lake)
    assert lake.inbox_weeks() == [WEEK, LATER]
    read_logs(lake, source_of(logs))
    assert lake.inbox_weeks() == []
    assert len(hashes(lake)) == 2


def test_what_is_not_in_its_week_yet_stays_through_any_number_of_readings(lake: Lake, logs: Path) -> None:
    first = Chat("c", ("q", "a"))
    write_export(logs / "a.json", [first])
    read_logs(lake, source_of(logs))
    with killed_before_clearing(lake):
        commit_due(lake)
    # the same content, read in another way: only its row differs from the one that is committed
    helpdesk = replace(source_of(logs), product="helpdesk")
    read_logs(lake, helpdesk)
    read_logs(lake, helpdesk)
    assert lake.inbox_weeks() == [WEEK]
    commit_due(lake)
    assert lake.read_week(CONVERSATIONS, WEEK)["product"].tolist() == ["helpdesk"]


def test_half_a_commit_keeps_its_inbox(lake: Lake, logs: Path) -> None:
    write_export(logs / "a.json", [Chat("c", ("q", "a"))])
    read_logs(lake, source_of(logs))
    _, transcripts = conversations_of_week(lake, WEEK)
    lake.commit_week(WEEK, {TRANSCRIPTS: transcripts}, input_fingerprint(lake, STAGE, WEEK))
    read_logs(lake, source_of(logs))
    assert lake.inbox_weeks() == [WEEK]
    commit_due(lake)
    assert len(hashes(lake)) == 1


def test_half_written_files_of_a_killed_process_are_deleted_and_those_of_a_living_one_stay(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "home")
    killed = subprocess.Popen([sys.executable, "-c", "pass"])
    killed.wait()
    folder = lake.root / "lake" / "transcripts" / "week_start=2026-01-05"
    folder.mkdir(parents=True)
    dead, alive = (folder / f".part-0.{process}.tmp" for process in (killed.pid, os.getpid()))
    for path in (dead, alive):
        path.write_bytes(b"text")
    read_logs(lake, source_of(write_export(tmp_path / "a.json", [Chat("c", ("q",))])))
    assert not dead.exists()
    assert alive.exists()


def test_a_superseded_version_takes_with_it_what_a_model_said_of_it(lake: Lake, logs: Path) -> None:
    old, other = Chat("c", ("q", "a secret, deleted later")), Chat("d", ("q", "a"))
    write_export(logs / "a.json", [old, other])
    read_logs(lake, source_of(logs))
    commit_due(lake)
    before = set(hashes(lake).values())
    store = AnswerStore(f"sqlite:///{lake.database_path('answers')}")
    store.record([*[said_of(content, "facets") for content in before], said_of("statements", "hierarchy_propose")])
    write_export(logs / "b.json", [replace(old, texts=("q", "a"), updated=datetime(2026, 3, 1, tzinfo=UTC))])
    read_logs(lake, source_of(logs))
    commit_due(lake)
    kept = before & set(hashes(lake).values())
    assert len(kept) == 1
    assert set(store.answers_of([*before], "facets", "model")) == kept
    assert store.answers_of(["statements"], "hierarchy_propose", "model")
    assert store.spent_micro_usd() == 3 * 7


def test_requests_that_wait_to_be_carried_go_with_the_conversations_they_are_about(lake: Lake, logs: Path) -> None:
    chat = Chat("c", ("q", "a secret, deleted later"))
    write_export(logs / "a.json", [chat])
    read_logs(lake, source_of(logs))
    commit_due(lake)
    (week,) = weeks_with_winners(lake)
    waiting = lake.root / EXCHANGE / "requests" / f"{week}-facets-0001.jsonl"
    waiting.parent.mkdir(parents=True)
    waiting.write_text("a secret")
    read_logs(lake, source_of(logs))
    assert waiting.exists()
    write_export(logs / "b.json", [replace(chat, texts=("q", "a"), updated=datetime(2026, 3, 1, tzinfo=UTC))])
    read_logs(lake, source_of(logs))
    assert not waiting.exists()


def said_of(content: str, prompt: str) -> Settled:
    subject = Subject(content, prompt, "model", Purpose.MAIN, ())
    now, key = datetime(2026, 2, 10, tzinfo=UTC), f"key of {content}"
    attempt = Attempt(key, subject, "run", WEEK, Transport.LIVE, 0, 1, now, 1, "answered", Usage(output=5), usd_micro=7)
    return Settled(attempt, Answer(key, subject, "model", "a secret", False, None, now))
