"""A rejected conversation has the week in which it would have counted, where its record says when it began."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from chatgpt_logs import Chat
from reading_home import read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED
from economic_index.conversations.mapping_toml import parse_mapping
from economic_index.conversations.sources import Source
from economic_index.lake import Lake

AT, WEEK = "2026-01-14T09:00:00Z", date(2026, 1, 12)
SECONDS = 1768381200
REPLY = {"role": "assistant", "content": "Nobody asked."}
GOOD_CHAT = Chat("good", ("q", "a")).record()
SILENT_CHAT = Chat("c", ("", "a")).record() | {"create_time": SECONDS}
EMPTY_CHAT = SILENT_CHAT | {"mapping": {}}
UNDATED_CHAT = EMPTY_CHAT | {"create_time": None}
SHARED = {"uuid": "a-1", "name": "", "account": {"uuid": "p"}, "created_at": AT, "updated_at": AT}
SAID = {"sender": "human", "text": "q", "created_at": AT, "uuid": "m-1"}
GOOD_CLAUDE = SHARED | {"uuid": "a-0", "chat_messages": [SAID]}
SILENT_CLAUDE = SHARED | {"chat_messages": [SAID | {"sender": "assistant"}]}


@pytest.mark.parametrize(
    ("records", "week"),
    [
        ([GOOD_CHAT, SILENT_CHAT], WEEK),
        ([GOOD_CHAT, EMPTY_CHAT], WEEK),
        ([GOOD_CHAT, UNDATED_CHAT], None),
        ([GOOD_CLAUDE, SILENT_CLAUDE], WEEK),
        ([GOOD_CLAUDE, SHARED | {"chat_messages": None}], WEEK),
    ],
    ids=["ChatGPT, no words", "ChatGPT, no messages", "ChatGPT, no time", "Claude, no words", "Claude, no messages"],
)
def test_the_week_of_a_rejected_conversation_is_that_of_its_start(
    lake: Lake, logs: Path, records: list[Any], week: date | None
) -> None:
    (logs / "conversations.json").write_text(json.dumps(records))
    read_logs(lake, Source("s", str(logs)))
    (row,) = lake.read(CONVERSATIONS_REJECTED).to_dict("records")
    assert (row["reason"], row["week_start"]) == ("empty_conversation", week)


def test_so_has_one_of_a_mapped_table(lake: Lake, logs: Path) -> None:
    told = {"rows": "conversation", "columns": {"conversation_id": "id", "time": "at", "messages": "messages"}}
    rows = [
        {"id": "1", "at": AT, "messages": [{"role": "user", "content": "q"}, REPLY]},
        {"id": "2", "at": AT, "messages": [REPLY]},
        {"id": "3", "at": "soon", "messages": [REPLY]},
    ]
    (logs / "table.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    read_logs(lake, Source("s", str(logs), mapping=parse_mapping(told, "sources.toml")))
    found = lake.read(CONVERSATIONS_REJECTED).sort_values("locator")
    assert found["reason"].tolist() == ["empty_conversation"] * 2
    assert found["week_start"].tolist() == [WEEK, None]
