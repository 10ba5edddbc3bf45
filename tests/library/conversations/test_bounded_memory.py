"""What is held while a large file is read does not grow with the file."""

import gc
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from economic_index.conversations import inbox_rows
from economic_index.conversations.inbox_rows import ROW_BYTES, InboxWriter
from economic_index.conversations.normalise import Row
from economic_index.conversations.readers.claude_code_tree import SessionTree, Turn
from economic_index.conversations.readers.closed_sessions import ClosedSessions
from economic_index.conversations.records import Message
from economic_index.conversations.transcript import transcript_of
from economic_index.lake import Lake
from economic_index.vocabulary import Role

START = datetime(2026, 1, 5, tzinfo=UTC)


class _SlowLake(Lake):
    """Counts the rows that were written."""

    row_count = 0

    def add_to_inbox(self, week: date, reading_id: str, rows: Any) -> None:
        self.row_count += len(rows)


def test_rows_of_the_inbox_are_bounded_with_those_being_written(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(inbox_rows, "to_table", lambda rows, reading_id: rows)
    lake, most = _SlowLake(tmp_path), 0
    transcript = transcript_of([Message(Role.USER, "x" * 1000)])
    with InboxWriter(lake, "g1", max_bytes=100 * (ROW_BYTES + 1000)) as inbox:
        for number in range(5000):
            inbox.add(Row({"started_at": START + timedelta(weeks=number % 12)}, transcript))
            most = max(most, number + 1 - lake.row_count)
    assert lake.row_count == 5000
    assert most <= 151


def test_sessions_that_are_over_are_not_held_in_memory() -> None:
    closed = ClosedSessions()
    closed.add("first", (START, START, False))
    tracemalloc.start()
    for number in range(20_000):
        at = START + timedelta(minutes=number)
        closed.add(f"{number:032x}", (at, at, False))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 100_000
    assert closed.spans_of("first") == [(START, START, False)]
    closed.drop_before(START + timedelta(minutes=19_000))
    assert len(closed) == len(list(closed)) == 1000


def test_turns_that_were_given_out_are_gone_without_the_collector() -> None:
    tree = SessionTree(max_lines=10)
    gc.collect()
    gc.disable()
    try:
        for number in range(500):
            tree.arrive(f"p{number}")
            tree.prompt(tree.above(None))
            tree.arrive(f"r{number}")
            tree.reply(tree.above(f"p{number}"), f"m{number}")
            if tree.is_full:
                assert all(len(turns) == 2 for turns in tree.settled())
        assert sum(isinstance(each, Turn) for each in gc.get_objects()) < 50
    finally:
        gc.enable()
