"""Scores of an engine's answers on labelled items, and of one coder against the other: rows, each with an interval.

How they are printed stands in report.py, what they must reach in targets.py.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from economic_index.evaluate import matrices
from economic_index.evaluate.activities import activity_credits, coder_activity_credits
from economic_index.evaluate.answers import ABSTAINED, Answers
from economic_index.evaluate.curves import calibration_error, coverage_curve
from economic_index.evaluate.intervals import Interval, proportion, resampled
from economic_index.evaluate.items import ACTIVITY, FACETS, LABELLED, Item, classes, cuts_of, truths
from economic_index.vocabulary import AnswerKind, Measure, Scoring

Reals = npt.NDArray[np.float64]
MATRIX_MEASURES: dict[Measure, Callable[[Reals], Reals]] = {
    Measure.KAPPA: matrices.kappa_of,
    Measure.ALPHA: matrices.alpha_of,
    Measure.MACRO_F1: matrices.macro_f1_of,
}
CODER = "coder"
ALL = "all"
SURELY = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Score:
    """One figure: of whom, of which items, by which rule, with limits; `n` items, `coverage` of them answered."""

    engine: str
    facet: str
    answer: str
    scoring: str
    cut_kind: str
    cut: str
    is_weighted: bool
    measure: str
    value: float
    lo: float
    hi: float
    n: int
    coverage: float


@dataclass(frozen=True)
class Compared:
    """Answers of one facet against what is right: the items that count, what each adds, and each one's credit."""

    items: tuple[Item, ...]
    added: Reals
    credits: Reals
    is_answered: npt.NDArray[np.bool_]

    @property
    def weights(self) -> Reals:
        """What each item stands for in the whole corpus."""
        return np.array([item.weight for item in self.items], np.float64)


def compare(items: Sequence[Item], facet: str, said: Sequence[str], scoring: Scoring) -> Compared:
    """Hold answers against labels; an answer outside the labels (an abstention) is an error."""
    names = (*classes(facet), ABSTAINED)
    place = {name: number for number, name in enumerate(names)}
    kept, entries = [], []
    for item, answer in zip(items, said, strict=True):
        if truth := truths(item, facet, answer, scoring):
            kept.append((item, answer))
            at = place.get(answer, place[ABSTAINED])
            entries.append([(place[label], at, share) for label, share in truth])
    added = matrices.contributions(entries, len(names))
    credits = np.trace(added, axis1=1, axis2=2) if kept else np.zeros(0)
    answered = np.array([answer in place and answer != ABSTAINED for _, answer in kept], bool)
    return Compared(tuple(item for item, _ in kept), added, credits, answered)


def engine_scores(items: Sequence[Item], answers: Answers, facets: Sequence[str] = FACETS) -> list[Score]:
    """All scores of an engine on the items."""
    found: list[Score] = []
    for facet in (each for each in facets if (each, AnswerKind.ANSWERED) in answers.said):
        for kind in AnswerKind:
            said = answers.said[facet, kind]
            for scoring in (Scoring.STRICT, Scoring.LENIENT, Scoring.AGREED):
                tag = (answers.engine, facet, kind, scoring)
                found += matrix_scores(
                    compare(items, facet, said, scoring), tag, is_whole=scoring is not Scoring.LENIENT
                )
        found += list(_surest(items, answers, facet))
    return found + activity_scores(items, answers)


def ceiling_scores(items: Sequence[Item], facets: Sequence[str] = LABELLED) -> list[Score]:
    """One coder against the other, per facet: as far as any engine can be seen to get."""
    found: list[Score] = []
    for facet in facets:
        said = [item.coded(facet)[0] for item in items]
        tag = (CODER, facet, AnswerKind.ANSWERED, Scoring.CEILING)
        found += matrix_scores(compare(items, facet, said, Scoring.CEILING), tag, is_whole=True)
    credits = coder_activity_credits(items)
    return found + list(_proportions(credits, (CODER, ACTIVITY, AnswerKind.ANSWERED, Scoring.CEILING)))


def activity_scores(items: Sequence[Item], answers: Answers) -> list[Score]:
    """Whether the engine's intermediate work activity is one of the coder's own; none if it mapped no tasks."""
    found: list[Score] = []
    for kind in AnswerKind:
        if (ACTIVITY, kind) in answers.said:
            for scoring in (Scoring.STRICT, Scoring.LENIENT, Scoring.AGREED):
                credits = activity_credits(items, answers.said[ACTIVITY, kind], scoring)
                found += _proportions(credits, (answers.engine, ACTIVITY, kind, scoring))
    return found


Tag = tuple[str, str, AnswerKind, Scoring]


def matrix_scores(compared: Compared, tag: Tag, *, is_whole: bool) -> Iterator[Score]:
    """Accuracy in every cut; kappa, alpha and macro-F1 besides if `is_whole`."""
    yield from _proportions(
        list(zip(compared.items, compared.credits.tolist(), compared.is_answered.tolist(), strict=True)), tag
    )
    if not is_whole:
        return
    coverage = float(compared.is_answered.mean()) if len(compared.items) else 0.0
    for is_weighted in (False, True):
        weights = compared.weights if is_weighted else np.ones(len(compared.items))
        for measure, of in MATRIX_MEASURES.items():
            interval = resampled(compared.added, weights, of)
            yield _score(tag, ALL, ALL, is_weighted, measure, interval, len(compared.items), coverage)


def _proportions(credits: Iterable[tuple[Item, float, bool]], tag: Tag) -> Iterator[Score]:
    """Accuracy over all items and in each cut, unweighted and weighted; and among the answered."""
    cells: dict[tuple[str, str], list[tuple[Item, float, bool]]] = {}
    for entry in credits:
        for cell in ((ALL, ALL), *cuts_of(entry[0]).items()):
            cells.setdefault(cell, []).append(entry)
    for (kind, cut), entries in sorted(cells.items()):
        credit = np.array([each for _, each, _ in entries], np.float64)
        answered = np.array([each for _, _, each in entries], bool)
        for is_weighted in (False, True):
            weights = np.array([item.weight if is_weighted else 1.0 for item, _, _ in entries])
            coverage = float(np.average(answered, weights=weights))
            accuracy = proportion(credit, weights)
            yield _score(tag, kind, cut, is_weighted, Measure.ACCURACY, accuracy, len(entries), coverage)
            if not answered.all():
                among = proportion(credit[answered], weights[answered])
                count = int(answered.sum())
                yield _score(tag, kind, cut, is_weighted, Measure.SELECTIVE_ACCURACY, among, count, coverage)


def _surest(items: Sequence[Item], answers: Answers, facet: str) -> Iterator[Score]:
    """Calibration error of the forced answers, and accuracy of the surest half of all items."""
    confidence = answers.confidence[facet]
    compared = compare(items, facet, answers.said[facet, AnswerKind.FORCED], Scoring.STRICT)
    known = ~np.isnan(confidence)
    if not known.any():
        return
    tag = (answers.engine, facet, AnswerKind.FORCED, Scoring.STRICT)
    error = calibration_error(confidence[known], compared.credits[known])
    yield _score(tag, ALL, ALL, False, Measure.CALIBRATION_ERROR, error, int(known.sum()), float(known.mean()))
    points = coverage_curve(confidence, compared.credits, SURELY)
    for wanted, point in zip(SURELY, points, strict=bool(points)):
        cut = f"surest {wanted:.0%}"
        yield _score(
            tag, "confidence", cut, False, Measure.SELECTIVE_ACCURACY, point.accuracy, point.count, point.coverage
        )


def _score(
    tag: Tag, kind: str, cut: str, is_weighted: bool, measure: Measure, of: Interval, count: int, coverage: float
) -> Score:
    engine, facet, answer, scoring = tag
    return Score(
        engine, str(facet), answer.value, scoring.value, kind, cut, is_weighted, measure.value, of.value, of.lo, of.hi,
        count, coverage,
    )  # fmt: skip


def matrix_of(compared: Compared) -> Reals:
    """The confusion matrix of compared answers, unweighted, halves for unsettled items."""
    total: Reals = compared.added.sum(axis=0)
    return total


def find(scores: Iterable[Score], **wanted: object) -> Score | None:
    """The first score with these fields; over all items and unweighted unless said otherwise."""
    asked: Mapping[str, object] = {"cut_kind": ALL, "cut": ALL, "is_weighted": False} | wanted
    return next((each for each in scores if all(getattr(each, name) == value for name, value in asked.items())), None)
