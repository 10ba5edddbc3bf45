"""One reading of one conversation, as a file gave it, and the rows of lake/reviews that it becomes.

Whatever the file was, its cells come here as trimmed words; what is wrong with them is checking.py's to say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from economic_index.contracts.review_items import REVIEWED
from economic_index.lake import fingerprint
from economic_index.review.codebook import NO_GROUP
from economic_index.vocabulary import Coder, Facet, ReadingKind, ReviewFault, ReviewOutcome


@dataclass(frozen=True)
class Reading:
    """What a file says of one conversation; '' where it says nothing."""

    line: int
    draw_id: str = ""
    conversation_id: str = ""
    kind: str = ReadingKind.FIRST.value
    labels: Mapping[str, str] = field(default_factory=dict)
    next_labels: Mapping[str, str] = field(default_factory=dict)
    """The next plausible ones."""
    outcome: str = ""
    coder: str = ""
    coder_id: str = ""
    codebook_version: str = ""
    duration: str = ""
    reviewed_on: str = ""
    fault: tuple[ReviewFault, str] | None = None
    """What kept it from being read at all."""

    def is_blank(self) -> bool:
        """Nobody has read this one yet."""
        said = (*self.labels.values(), *self.next_labels.values(), self.outcome, self.coder, self.coder_id)
        return self.fault is None and not any(said)

    def ended(self) -> ReviewOutcome:
        """How it ended: labelled, unless it says otherwise."""
        return ReviewOutcome(self.outcome or ReviewOutcome.LABELLED)

    def label(self, facet: str) -> str:
        """The label of a facet; of a conversation that is not occupational the SOC group need not be filled in."""
        said = self.labels.get(facet, "")
        if facet == Facet.SOC_GROUP and not said and self.labels.get(Facet.IS_OCCUPATIONAL) == "false":
            return NO_GROUP
        return said


@dataclass(frozen=True)
class Known:
    """What a home knows when a file is read back."""

    items: Mapping[str, Mapping[str, Any]]
    """Conversation id to its row of lake/review_items, of the draw by which it came to review."""
    draws_of: Mapping[str, frozenset[str]]
    """Conversation id to all draws that it is in."""
    disputes: Mapping[tuple[str, str], frozenset[str]]
    """Conversation id and kind of coder to the facets on which first readings disagree."""
    pseudonym: Callable[[str], str]
    today: date

    def coder_id(self, reading: Reading) -> str:
        """A person's pseudonym; a machine's own name."""
        return self.pseudonym(reading.coder_id) if reading.coder == Coder.PERSON else reading.coder_id

    def wanted(self, reading: Reading) -> tuple[str, ...]:
        """The facets that a reading has to fill in."""
        if reading.kind == ReadingKind.FIRST:
            return REVIEWED
        disputed = self.disputes.get((reading.conversation_id, reading.coder), frozenset())
        return tuple(facet for facet in REVIEWED if facet in disputed)


def rows_of(reading: Reading, known: Known) -> list[dict[str, Any]]:
    """Rows of lake/reviews, one a facet; a third reading settles, the first ones may yet."""
    item, coder_id = known.items[reading.conversation_id], known.coder_id(reading)
    is_labelled = reading.ended() is ReviewOutcome.LABELLED
    is_third = reading.kind == ReadingKind.THIRD
    common = {
        "review_id": review_id(reading.conversation_id, reading.coder, coder_id, is_third=is_third),
        "conversation_id": reading.conversation_id,
        "outcome": reading.ended().value,
        "coder": reading.coder,
        "coder_id": coder_id,
        "codebook_version": reading.codebook_version,
        "draw_id": item["draw_id"],
        "frame": item["frame"],
        "inclusion_probability": item["inclusion_probability"],
        "is_settled": is_third,
        "reviewed_on": date.fromisoformat(reading.reviewed_on) if reading.reviewed_on else known.today,
        "seconds": float(reading.duration) if reading.duration else None,
    }
    return [
        common
        | {
            "facet": facet,
            "value": reading.label(facet) if is_labelled else None,
            "second_value": (reading.next_labels.get(facet) or None) if is_labelled else None,
            "predicted": item[facet],
            "predicted_version": item[f"{facet}_version"],
        }
        for facet in known.wanted(reading)
    ]


THIRD = "third-"


def review_id(conversation_id: str, coder: str, coder_id: str, *, is_third: bool) -> str:
    """Id of a coder's reading of a conversation: read again, it is replaced."""
    return (THIRD if is_third else "review-") + fingerprint(conversation_id, coder, coder_id)
