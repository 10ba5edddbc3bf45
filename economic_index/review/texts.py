"""What a reviewer is shown of a conversation: its turns, a long one cut in the middle as the codebook says.

Texts pass through here on the way to a file that a person asked for; none is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from economic_index.vocabulary import Role

SHOWN_CHARACTERS = 3_600
SPEAKERS = {Role.USER.value: "PERSON", Role.ASSISTANT.value: "ASSISTANT"}
ATTACHMENT = "[an attachment, not shown]"


@dataclass(frozen=True)
class Turn:
    """One message as it is shown."""

    speaker: str
    text: str


def texts_of(batches: Iterable[pa.RecordBatch], wanted: Mapping[str, str]) -> dict[str, list[Turn]]:
    """Turns by conversation, of those wanted whose content is still that of the draw (id to content hash)."""
    ids = pa.array(list(wanted), pa.string())
    found = {}
    for batch in batches:
        for row in batch.filter(pc.is_in(batch.column("conversation_id"), ids)).to_pylist():
            if row["messages"] and row["content_hash"] == wanted[row["conversation_id"]]:  # no text: it was dropped
                found[row["conversation_id"]] = shown(row["messages"])
    return found


def shown(messages: Iterable[Mapping[str, Any]], limit: int = SHOWN_CHARACTERS) -> list[Turn]:
    """The turns; of more than `limit` characters the first and the last half of them, with a note between."""
    turns = [Turn(SPEAKERS[message["role"]], message["text"] or ATTACHMENT) for message in messages]
    total = sum(len(turn.text) for turn in turns)
    if total <= limit:
        return turns
    head, tail = _first(turns, limit // 2), _last(turns, limit - limit // 2)
    return [*head, Turn("", f"[{total - limit:,} characters in the middle are not shown]"), *tail]


def _first(turns: Iterable[Turn], room: int) -> list[Turn]:
    kept = []
    for turn in turns:
        if room <= 0:
            break
        kept.append(Turn(turn.speaker, turn.text[:room]))
        room -= len(turn.text)
    return kept


def _last(turns: list[Turn], room: int) -> list[Turn]:
    kept: list[Turn] = []
    for turn in reversed(turns):
        if room <= 0:
            break
        kept.append(Turn(turn.speaker, turn.text[-room:]))
        room -= len(turn.text)
    return kept[::-1]


def as_lines(turns: Iterable[Turn]) -> str:
    """The turns as one text, for a cell of a spreadsheet."""
    return "\n\n".join(f"{turn.speaker}: {turn.text}" if turn.speaker else turn.text for turn in turns)
