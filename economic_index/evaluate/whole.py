"""What an engine says of whole conversations beside what it says of their first parts, which are all that coders saw.

Of conversations of several parts alone: of the others the first part is the whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from economic_index.classifier import Classifier, Report
from economic_index.evaluate.answers import Answers, ask
from economic_index.evaluate.baseline import picked
from economic_index.evaluate.between import between_engines
from economic_index.evaluate.items import FACETS, Item
from economic_index.evaluate.scores import ALL, Score, activity_scores, compare, matrix_scores
from economic_index.vocabulary import AnswerKind, Scoring

READING = "reading"
"""What these scores are cut by: they never stand among those of first parts."""
FIRST, WHOLE, EVERY = "first part", "whole", "whole, all items"
BOTH = "first part and whole"


def several_parts(items: Sequence[Item]) -> list[Item]:
    """The conversations of which coders saw a part alone."""
    return [item for item in items if item.part_count > 1]


def whole_scores(
    engine: Classifier, items: Sequence[Item], answers: Answers, report: Report, *, with_tasks: bool = True
) -> list[Score]:
    """Ask about the whole conversations; `answers` are those about the first parts of all items.

    Strict, of long conversations: their first parts, and the whole. Strict, of all items: each read as a whole. And how
    far the two readings of the long ones agree. Weighted and unweighted each.
    """
    long = several_parts(items)
    if not long:
        return []
    first = picked(items, answers, long)
    whole = ask(engine, long, report, with_tasks=with_tasks, is_whole=True)
    found = [
        *_strict(long, first, FIRST),
        *_strict(long, whole, WHOLE),
        *_strict(items, in_place_of(items, answers, long, whole), EVERY),
    ]
    same = replace(first, engine=answers.engine), replace(whole, engine=answers.engine)
    between = [replace(score, engine=answers.engine) for score in between_engines(long, *same)]
    return found + [replace(score, cut_kind=READING, cut=BOTH) for score in between if score.cut_kind == ALL]


def in_place_of(items: Sequence[Item], answers: Answers, some: Sequence[Item], others: Answers) -> Answers:
    """The answers, with those about some of the items replaced."""
    place = {item.id: number for number, item in enumerate(some)}
    rows = [place.get(item.id) for item in items]
    said = {
        key: [before if row is None else others.said[key][row] for before, row in zip(of, rows, strict=True)]
        for key, of in answers.said.items()
        if key in others.said
    }
    return Answers(answers.engine, answers.version, said, answers.confidence)


def _strict(items: Sequence[Item], answers: Answers, cut: str) -> Iterator[Score]:
    """Strict scores over all of these items, by facet and kind of answer."""
    found: list[Score] = []
    for facet in (each for each in FACETS if (each, AnswerKind.ANSWERED) in answers.said):
        for kind in AnswerKind:
            compared = compare(items, facet, answers.said[facet, kind], Scoring.STRICT)
            found += matrix_scores(compared, (answers.engine, facet, kind, Scoring.STRICT), is_whole=True)
    found += activity_scores(items, answers)
    for score in found:
        if score.cut_kind == ALL and score.scoring == Scoring.STRICT:
            yield replace(score, cut_kind=READING, cut=cut)
