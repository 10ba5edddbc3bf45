"""A home of two weeks with invented conversations and an engine's labels: nobody's chats."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from economic_index.contracts import Table, validated
from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES, ONET_TASK_MAPPINGS, TRANSCRIPTS
from economic_index.lake import Lake
from economic_index.vocabulary import Collaboration

WEEKS = (date(2026, 1, 5), date(2026, 1, 12))
COUNT = 60
"""Conversations a week; the last two of each are reserved."""
RESERVED = 2
SECRET = "the recipe of the harbour bakery"
HOSTILE = '=HYPERLINK("http://example.invalid","x")<img src=x onerror="document.title=1">'


def rows_of(table: Table, columns: Mapping[str, Any], count: int) -> pd.DataFrame:
    """Valid rows: what is not given is null, zero, false or empty."""
    frame = pd.DataFrame(index=range(count))
    for name, column in table.schema.columns.items():
        kind = str(column.metadata["arrow"])
        if name in columns:
            frame[name] = columns[name]
        elif column.nullable:
            frame[name] = None
        elif kind.startswith("list"):
            frame[name] = [[] for _ in range(count)]
        else:
            frame[name] = False if kind == "bool" else "" if kind == "string" else 0
    return validated(table, frame)


def name_of(week: int, number: int) -> str:
    return f"c1{week}{number:04d}"


def messages(number: int) -> list[dict[str, Any]]:
    texts = [HOSTILE if number % 7 == 0 else f"Please write {SECRET}, version {number}.", "Here it is."]
    if number % 3 == 0:
        texts += ["Make it shorter, please.", "Shorter. " * 800]
    roles = ("user", "assistant")
    return [
        {"role": roles[place % 2], "text": text, "sent_at": None, "model": None, "has_attachment": False}
        for place, text in enumerate(texts)
    ]


def write_home(path: Path, name: Callable[[int, int], str] = name_of) -> Lake:
    """Labels by number: every eleventh is unclassified, every tenth not occupational."""
    lake = Lake(path)
    for place, week in enumerate(WEEKS):
        _write_week(lake, place, week, name)
    return lake


def _write_week(lake: Lake, place: int, week: date, name_of: Callable[[int, int], str]) -> None:
    numbers = range(COUNT)
    ids = [name_of(place, number) for number in numbers]
    hashes = [f"h{place}{number}" for number in numbers]
    conversations = {
        "conversation_id": ids,
        "content_hash": hashes,
        "started_at": [datetime(week.year, week.month, week.day, tzinfo=UTC)] * COUNT,
        "started_at_source": ["log"] * COUNT,
        "source_format": ["sharegpt"] * COUNT,
        "weight": [1.0] * COUNT,
        "is_reserved": [number >= COUNT - RESERVED for number in numbers],
    }
    texts = [
        {"conversation_id": name, "content_hash": content, "messages": messages(number)}
        for name, content, number in zip(ids, hashes, numbers, strict=True)
    ]
    batch = pa.RecordBatch.from_pylist(texts, schema=TRANSCRIPTS.arrow_schema())
    lake.commit_week(week, {TRANSCRIPTS: iter([batch]), CONVERSATIONS: rows_of(CONVERSATIONS, conversations, COUNT)})
    lake.commit_week(week, {FACET_SUMMARIES: _facets(ids, hashes)})
    lake.commit_week(week, {ONET_TASK_MAPPINGS: _mappings(ids)})


def _facets(ids: list[str], hashes: list[str]) -> pd.DataFrame:
    patterns = [str(each) for each in Collaboration]
    # skewed: half are directive, few are validation
    pattern = [patterns[0] if number % 2 else patterns[(number // 2) % 6] for number in range(COUNT)]
    is_sure = [number % 11 != 0 for number in range(COUNT)]
    is_work = [number % 10 != 0 for number in range(COUNT)]
    columns: dict[str, Any] = {
        "conversation_id": ids,
        "content_hash": hashes,
        "engine": ["local"] * COUNT,
        "model": ["encoder"] * COUNT,
        "is_occupational": pd.array(is_work, dtype="boolean"),
        "use_case": ["work" if each else "personal" for each in is_work],
        "intent": ["doing"] * COUNT,
        "collaboration": [label if sure else None for label, sure in zip(pattern, is_sure, strict=True)],
        "collaboration_confidence": [0.5 + (number % 5) / 10 for number in range(COUNT)],
    }
    for name in FACET_SUMMARIES.schema.columns:
        if name.endswith("_state"):
            columns[name] = ["not_asked"] * COUNT
    for facet in ("is_occupational", "use_case", "intent", "collaboration"):
        columns[f"{facet}_state"] = ["answered"] * COUNT
        columns[f"{facet}_version"] = ["heads-1"] * COUNT
    columns["collaboration_state"] = ["answered" if sure else "unclassified" for sure in is_sure]
    return rows_of(FACET_SUMMARIES, columns, COUNT)


def _mappings(ids: list[str]) -> pd.DataFrame:
    is_work = [number % 10 != 0 for number in range(COUNT)]
    columns = {
        "conversation_id": ids,
        "pick": [1] * COUNT,
        "level": ["soc_group" if each else "none" for each in is_work],
        "node_id": [("15" if number % 4 else "27") if each else "" for number, each in enumerate(is_work)],
        "weight": [1.0] * COUNT,
        "confidence": [0.6] * COUNT,
        "state": ["answered" if each else "not_occupational" for each in is_work],
        "algorithm": ["bank_retrieval"] * COUNT,
        "engine": ["local"] * COUNT,
        "model": ["encoder"] * COUNT,
        "version": ["bank-1"] * COUNT,
        "onet_version": ["20.1"] * COUNT,
    }
    return rows_of(ONET_TASK_MAPPINGS, columns, COUNT)
