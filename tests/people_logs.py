"""Logs of a gateway with users and sessions, and weeks that are committed and classified by hand: nobody's chats."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from economic_index.contracts import Table, validated
from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES, ONET_TASK_MAPPINGS, TRANSCRIPTS
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import conversations_of_week, weeks_with_winners
from economic_index.due import conversations_stage, input_fingerprint, is_due
from economic_index.lake import Lake

STAGE = conversations_stage()


@dataclass(frozen=True)
class Said:
    """One conversation."""

    session: str
    user: str | None
    text: str = "A question"
    day: str = "2026-01-06"


def write_lines(path: Path, said: Iterable[Said]) -> Source:
    """A log of these conversations, and the source that it is."""
    lines = []
    for each in said:
        messages = [{"role": "user", "content": each.text}, {"role": "assistant", "content": "An answer"}]
        line = {"ts": f"{each.day}T10:00:00Z", "session_id": each.session, "messages": messages}
        lines.append(json.dumps(line | ({"user": each.user} if each.user else {})))
    path.write_text("\n".join(lines) + "\n")
    return Source(path.stem, str(path))


def commit_due(lake: Lake, until: date = date.max) -> list[date]:
    """What the weekly asset does, for weeks until a day; the weeks that were due."""
    known = sorted({*weeks_with_winners(lake), *lake.weeks_of(CONVERSATIONS)})
    due = [week for week in known if week <= until and is_due(lake, STAGE, week)]
    for week in due:
        rows, transcripts = conversations_of_week(lake, week)
        tables = {TRANSCRIPTS: transcripts, CONVERSATIONS: rows}
        lake.commit_week(week, tables, input_fingerprint(lake, STAGE, week))
        lake.clear_inbox(week)
    return due


def classify(lake: Lake, week: date, engine: str = "claude") -> None:
    """Facets in words and labels, and one task each, of all that the week holds."""
    rows = lake.read_week(CONVERSATIONS, week)
    facets = {
        "conversation_id": rows["conversation_id"],
        "content_hash": rows["content_hash"],
        "engine": engine,
        "model": "model",
        "request": "they asked for something",
        "task_evidence": "it says so",
        "use_case": "work",
        "use_case_state": "answered",
    }
    tasks = {
        "conversation_id": rows["conversation_id"],
        "pick": 1,
        "level": "none",
        "weight": 1.0,
        "state": "answered",
        "algorithm": "bank_retrieval",
        "engine": engine,
        "onet_version": "20.1",
    }
    lake.commit_week(week, {FACET_SUMMARIES: filled(FACET_SUMMARIES, facets, len(rows))})
    lake.commit_week(week, {ONET_TASK_MAPPINGS: filled(ONET_TASK_MAPPINGS, tasks, len(rows))})


def filled(table: Table, columns: dict[str, Any], count: int) -> pd.DataFrame:
    """Valid rows: what is not given is null, zero, false, empty or not asked."""
    frame = pd.DataFrame(index=range(count))
    for name, column in table.schema.columns.items():
        kind = str(column.metadata["arrow"])
        if name in columns:
            frame[name] = columns[name]
        elif name.endswith("_state"):
            frame[name] = "not_asked"
        elif column.nullable:
            frame[name] = None
        elif kind.startswith("list"):
            frame[name] = [[] for _ in range(count)]
        else:
            frame[name] = False if kind == "bool" else "" if kind == "string" else 0
    return validated(table, frame)
