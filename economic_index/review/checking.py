"""Whether a reading can be taken: its labels against the codebook, its conversation against the draws, its coder named.

Details name columns, labels of the codebook and the remedy; what a cell said stands in none.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from economic_index.contracts import validated
from economic_index.contracts.reviews import REVIEWS
from economic_index.review.codebook import CODEBOOK_VERSION, NO_GROUP, SECOND, UNSETTLED, labels_of
from economic_index.review.readings import Known, Reading, rows_of
from economic_index.vocabulary import Coder, Facet, ReadingKind, ReviewFault, ReviewOutcome

LONGEST_SECONDS = 86_400
Said = tuple[ReviewFault, str]


@dataclass(frozen=True)
class PutAside:
    """One row that was not taken, and why."""

    line: int
    reason: ReviewFault
    detail: str
    draw_id: str | None = None
    conversation_id: str | None = None


@dataclass
class Checked:
    """Rows of lake/reviews, what was put aside, and how many rows nobody has filled in yet."""

    rows: pd.DataFrame
    put_aside: list[PutAside] = field(default_factory=list)
    reading_count: int = 0
    blank_count: int = 0


def check(readings: Iterable[Reading], known: Known) -> Checked:
    """Every reading by itself, then against the others of the file: one that is wrong does not keep the rest out."""
    taken: list[Reading] = []
    found = Checked(pd.DataFrame())
    for raw in readings:
        reading = _folded(raw)
        if reading.is_blank():
            found.blank_count += 1
        elif fault := reading.fault or next(_faults(reading, known), None):
            found.put_aside.append(_put_aside(reading, fault, known))
        else:
            taken.append(reading)
    repeated = dict(_repeated(taken, known))
    found.put_aside += [_put_aside(taken[place], said, known) for place, said in repeated.items()]
    kept = [reading for place, reading in enumerate(taken) if place not in repeated]
    rows = [row for reading in kept for row in rows_of(reading, known)]
    found.rows = validated(REVIEWS, pd.DataFrame(rows, columns=list(REVIEWS.schema.columns)))
    found.reading_count = len(kept)
    found.put_aside.sort(key=lambda each: each.line)
    return found


def _folded(reading: Reading) -> Reading:
    """Labels in lower case, as spreadsheets like TRUE and people Directive; a decimal comma is a point."""
    return replace(
        reading,
        labels={facet: label.casefold() for facet, label in reading.labels.items()},
        next_labels={facet: label.casefold() for facet, label in reading.next_labels.items()},
        outcome=reading.outcome.casefold(),
        coder=reading.coder.casefold(),
        duration=reading.duration.replace(",", "."),
    )


def _put_aside(reading: Reading, fault: Said, known: Known) -> PutAside:
    draws = known.draws_of.get(reading.conversation_id, frozenset())
    return PutAside(
        reading.line,
        *fault,
        reading.draw_id if reading.draw_id in draws else None,
        reading.conversation_id if draws else None,
    )


def _faults(reading: Reading, known: Known) -> Iterator[Said]:
    yield from _origin_faults(reading, known)
    yield from _coder_faults(reading)
    yield from _label_faults(reading, known)
    yield from _number_faults(reading, known)


def _origin_faults(reading: Reading, known: Known) -> Iterator[Said]:
    if reading.conversation_id not in known.items:
        yield ReviewFault.UNKNOWN_CONVERSATION, "conversation_id: never drawn in this home; restore the cell"
    elif reading.draw_id not in known.draws_of[reading.conversation_id]:
        yield ReviewFault.OTHER_DRAW, "draw_id: the conversation is not of this draw; restore the cell"
    if reading.codebook_version != CODEBOOK_VERSION:
        yield (
            ReviewFault.OTHER_CODEBOOK,
            f"codebook_version: not {CODEBOOK_VERSION}; export again, and read by that one",
        )
    if reading.kind not in set(ReadingKind):
        yield ReviewFault.UNKNOWN_LABEL, f"reading: neither {' nor '.join(ReadingKind)}; restore the cell"


def _coder_faults(reading: Reading) -> Iterator[Said]:
    if reading.coder not in set(Coder):
        yield ReviewFault.CODER_NOT_SAID, "coder: write person if a person read it, machine if a program did"
    if not reading.coder_id:
        yield ReviewFault.CODER_NOT_SAID, "coder_id: write who read it; a person is kept as a pseudonym"


def _label_faults(reading: Reading, known: Known) -> Iterator[Said]:
    if reading.outcome not in {"", *ReviewOutcome}:
        yield ReviewFault.UNKNOWN_LABEL, f"outcome: none of {', '.join(ReviewOutcome)}; write one, or leave it empty"
        return
    wanted = known.wanted(reading)
    if not wanted:
        yield ReviewFault.NOT_IN_DISPUTE, "reading: no first readings of this kind of coder disagree; nothing to settle"
    if reading.ended() is not ReviewOutcome.LABELLED:
        if filled := [facet for facet, label in reading.labels.items() if label]:
            yield (
                ReviewFault.CONTRADICTION,
                f"{', '.join(filled)}: filled in though it was {reading.ended()}; empty one",
            )
        return
    if empty := [facet for facet in wanted if not reading.label(facet)]:
        yield ReviewFault.HALF_FILLED, f"{', '.join(empty)}: empty; fill in, or set outcome to declined or unreadable"
    for facet in wanted:
        may_be = labels_of(facet) + ((UNSETTLED,) if reading.kind == ReadingKind.THIRD else ())
        if reading.label(facet) not in may_be:
            yield ReviewFault.UNKNOWN_LABEL, f"{facet}: none of {', '.join(may_be)}; write one of them"
    yield from _pair_faults(reading)


def _pair_faults(reading: Reading) -> Iterator[Said]:
    for facet in SECOND:
        second = reading.next_labels.get(facet, "")
        if second and (second not in labels_of(facet) or second == reading.label(facet)):
            detail = (
                f"{facet}_second: not another of {', '.join(labels_of(facet))}; write one of them, or leave it empty"
            )
            yield ReviewFault.UNKNOWN_LABEL, detail
    is_occupational = reading.labels.get(Facet.IS_OCCUPATIONAL)
    group = reading.labels.get(Facet.SOC_GROUP)
    if is_occupational == "false" and group not in {None, "", NO_GROUP, UNSETTLED}:
        yield ReviewFault.CONTRADICTION, "soc_group: filled in though is_occupational is false; empty it, or write true"
    if is_occupational == "true" and group == NO_GROUP:
        yield ReviewFault.CONTRADICTION, "soc_group: none though is_occupational is true; write a group, or false"


def _number_faults(reading: Reading, known: Known) -> Iterator[Said]:
    if reading.duration and not 0 <= _number(reading.duration) <= LONGEST_SECONDS:
        yield ReviewFault.BAD_SECONDS, f"seconds: not a number from 0 to {LONGEST_SECONDS}; correct or empty it"
    if reading.reviewed_on and not _is_past(reading.reviewed_on, known.today):
        yield ReviewFault.BAD_DATE, "reviewed_on: not a day up to today as YYYY-MM-DD; correct or empty it"


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return math.nan


def _is_past(word: str, today: date) -> bool:
    try:
        return date.fromisoformat(word) <= today
    except ValueError:
        return False


def _repeated(readings: Sequence[Reading], known: Known) -> Iterator[tuple[int, Said]]:
    """Places of one conversation's readings by one coder: of equal ones the first counts, of others none."""
    groups = defaultdict(list)
    for place, reading in enumerate(readings):
        groups[reading.conversation_id, known.coder_id(reading), reading.coder, reading.kind].append(place)
    for first, *others in groups.values():
        if not others:
            continue
        lines = ", ".join(str(readings[place].line) for place in (first, *others))
        said = (ReviewFault.DUPLICATE, f"conversation_id: the same by the same coder in {lines}; leave one of them")
        rows = rows_of(readings[first], known)
        is_equal = all(rows_of(readings[place], known) == rows for place in others)
        yield from ((place, said) for place in (others if is_equal else (first, *others)))
