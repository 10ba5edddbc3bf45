"""A log that is cut into files gives the conversations of the log in one piece, however and whenever they are read."""

import random
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from api_logs import completion, write_lines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_home import read_logs

from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import conversations_of_week
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
Told = dict[str, tuple[Any, ...]]


def told(lake: Lake) -> Told:
    """Every conversation that counts: who, when, how much, in which words."""
    found: Told = {}
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        weeks = store.weeks()
    for week in weeks:
        frame, batches = conversations_of_week(lake, week)
        texts = {
            row["conversation_id"]: tuple((message["role"], message["text"]) for message in row["messages"])
            for batch in batches
            for row in batch.to_pylist()
        }
        for row in frame.to_dict("records"):
            kept = ("user_id", "started_at", "ended_at", "message_count", "tool_event_count", "branch_count", "model")
            found[row["conversation_id"]] = (*(str(row[name]) for name in kept), texts[row["conversation_id"]])
    return found


def source(logs: Path) -> Source:
    return Source(name="api", path=str(logs))


def at(minutes: int) -> str:
    return (NOON + timedelta(minutes=minutes)).isoformat()


@st.composite
def api_log(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Requests of some chats in order of time: resent or by session, with retries, failures, cuts and pauses."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    lines, minute = [], 0
    chats: list[tuple[str, str | None, list[str]]] = []
    for number in range(draw(st.integers(2, 14))):
        minute += rng.choice([0, 1, 3, 8, 200, 2000])
        if not chats or rng.random() < 0.35:
            session = rng.choice([None, None, f"s{number}"])
            chats.append((rng.choice(["u1", "u2", ""]), session, [f"begin {number}"]))
        user, session, texts = chats[rng.randrange(len(chats))]
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


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
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
        if rng.random() < 0.15:  # forgotten
            for kept in (folder / "other" / "open_chains").glob("*"):
                kept.unlink()
    assert told(parts) == told(whole)
    assert read_logs(parts, source(folder / "parts")).unchanged_count == len(files)
