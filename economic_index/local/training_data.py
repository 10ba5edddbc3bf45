"""The labelled conversations of the demonstration corpus: first parts joined to their labels.

Development only. Reserved conversations are never returned, and no text is written anywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from economic_index.labels.corpus import Part, open_parts
from economic_index.labels.label_sets import file_bytes
from economic_index.local.window import Turn

LABELS = "training_4000"


@dataclass(frozen=True)
class Labelled:
    """One labelled conversation: its label and the turns of its first part."""

    label: dict[str, Any]
    turns: list[Turn]


def labels_bytes() -> bytes:
    """The committed copy of the labels."""
    return file_bytes(LABELS)


def labelled_conversations() -> list[Labelled]:
    """The labelled conversations in order of id.

    Raises:
        ValueError: a labelled conversation is reserved, or is not in the corpus.
    """
    parts = open_parts()
    return [_join(orjson.loads(line), parts) for line in labels_bytes().splitlines()]


def _join(label: dict[str, Any], parts: Mapping[str, Part]) -> Labelled:
    if label["id"] not in parts:
        raise ValueError(f"label of a reserved conversation, or of none of the corpus: {label['id']}")
    return Labelled(label, parts[label["id"]].turns)
