"""A week's rows come sorted and whole whatever waits in its inbox, in memory that its size does not decide."""

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from chatgpt_logs import Chat, write_export
from reading_home import read_logs
from test_canonical_table import commit_all

from economic_index.contracts.lake import CONVERSATIONS, TRANSCRIPTS
from economic_index.conversations import sorted_rows, weekly
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import conversations_of_week
from economic_index.lake import Lake, LakeError
from tests.peak_memory import said_by

WEEK = date(2026, 1, 5)
DAY = datetime(2026, 1, 6, tzinfo=UTC)


def chats(first: int, last: int, *texts: str) -> list[Chat]:
    return [Chat(f"c{number}", texts or ("q", f"a {number}"), DAY) for number in range(first, last)]


@pytest.mark.parametrize("ranges", ["one", "many"])
def test_rows_of_inbox_and_week_merge_in_order_whatever_the_ranges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ranges: str
) -> None:
    if ranges == "many":
        monkeypatch.setattr(sorted_rows, "RANGE_BYTES", 2000)
        monkeypatch.setattr(weekly, "TRANSCRIPTS_A_BATCH", 7)
        monkeypatch.setattr(weekly, "ROWS_A_BATCH", 11)
    lake, logs = Lake(tmp_path / "home"), tmp_path / "logs"
    logs.mkdir()
    expected: dict[str, tuple[str, ...]] = {}
    later = DAY + timedelta(days=40)
    deliveries = [
        chats(0, 60),
        [replace(chat, updated=later) for chat in chats(40, 80, "q", "changed")],
        [Chat("c3", ("gone", "elsewhere"), later, later + timedelta(days=1))],
    ]
    for number, delivered in enumerate(deliveries):
        write_export(logs / f"{number}.json", delivered)
        read_logs(lake, Source("s", str(logs)))
        expected |= {chat.identity: chat.texts for chat in delivered}
        rows = commit_all(lake)
        assert sorted(rows["texts"]) == sorted(expected.values())
        assert not [path for path in lake.root.iterdir() if "tmp" in path.name]
    for table in (CONVERSATIONS, TRANSCRIPTS):
        ids = [name for batch in lake.scan_week(table, WEEK) for name in batch["conversation_id"].to_pylist()]
        assert ids == sorted(ids)
        assert len(ids) == 79


def test_ranges_change_no_byte_of_what_is_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_export(tmp_path / "a.json", chats(0, 300))
    hashes = []
    for size in (48 << 20, 3000):
        monkeypatch.setattr(sorted_rows, "RANGE_BYTES", size)
        lake = Lake(tmp_path / f"home{size}")
        read_logs(lake, Source("s", str(tmp_path / "a.json")))
        commit_all(lake)
        hashes.append([lake.commit_of(table, WEEK).rows_hash for table in (TRANSCRIPTS, CONVERSATIONS)])
    assert hashes[0] == hashes[1]


def test_a_winner_without_a_row_says_what_to_do(lake: Lake, logs: Path) -> None:
    write_export(logs / "a.json", chats(0, 3))
    read_logs(lake, Source("s", str(logs)))
    lake.clear_inbox(WEEK)
    with pytest.raises(LakeError, match=r"3 conversations are in neither .* Delete versions\.sqlite"):
        conversations_of_week(lake, WEEK)


CODE = """
import sys
from datetime import date
from pathlib import Path
from economic_index.contracts.lake import CONVERSATIONS, TRANSCRIPTS
from economic_index.conversations.weekly import conversations_of_week
from economic_index.lake import Lake
from tests.peak_memory import peak_mb
lake, week = Lake(Path(sys.argv[1])), date(2026, 1, 5)
before = peak_mb()
rows, transcripts = conversations_of_week(lake, week)
lake.commit_week(week, {TRANSCRIPTS: transcripts, CONVERSATIONS: rows})
print(peak_mb() - before)
"""


def test_a_week_of_much_text_is_put_in_order_in_little_memory(lake: Lake, logs: Path) -> None:
    noise = random.Random(1).randbytes(30_000).hex()
    with (logs / "a.jsonl").open("w") as file:
        for number in range(8000):
            text = noise[number % 1000 :] + str(number)
            file.write(json.dumps(Chat(f"c{number}", ("q", text), DAY).record()) + "\n")
    read_logs(lake, Source("s", str(logs)))
    waiting = lake.inbox_bytes(WEEK, ["messages"])
    (megabytes,) = said_by(CODE, lake.root)
    assert waiting > 400 << 20
    assert megabytes < 400, "MB more than an idle process"
    assert sum(batch.num_rows for batch in lake.scan_week(TRANSCRIPTS, WEEK)) == 8000
