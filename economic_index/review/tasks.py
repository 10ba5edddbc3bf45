"""One conversation as it is handed to reviewers, before it takes the shape of a spreadsheet or of Label Studio."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from economic_index.review.texts import Turn
from economic_index.vocabulary import ReadingKind


class ReviewFileError(Exception):
    """A reviewers' file that cannot be read or written at all; the message names it and the remedy."""


@dataclass(frozen=True)
class Task:
    """What is to be read, and why."""

    draw_id: str
    conversation_id: str
    turns: list[Turn]
    kind: ReadingKind = ReadingKind.FIRST
    in_dispute: Mapping[str, list[str]] = field(default_factory=dict)
    """Facets that a third reading is to settle, and the labels that were given."""
    predicted: Mapping[str, str] = field(default_factory=dict)
    """The engine's labels, if reviewers are to see them."""

    def dispute(self) -> str:
        """The dispute in words, without whose label is which."""
        return "; ".join(f"{facet}: {' or '.join(labels)}" for facet, labels in self.in_dispute.items())


def in_order_of(reviewer: int, tasks: Iterable[Task]) -> list[Task]:
    """The tasks in an order of the reviewer's own, so that tired readings fall on other conversations."""
    return sorted(tasks, key=lambda task: hashlib.sha256(f"{reviewer}\x1f{task.conversation_id}".encode()).digest())
