"""Figures to reach on the test set, and the verdict on each: met, not met, or cannot tell.

They were set before any engine was scored; none is moved. That of the SOC group is judged by the group of the mapped
tasks, which is what figures count; the head's own answer stands beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from economic_index.evaluate.items import ACTIVITY, AUTOMATION, TASK_GROUP
from economic_index.evaluate.scores import Score, find
from economic_index.vocabulary import AnswerKind, Facet, Measure, Scoring

TASK = "task"
DECOY, OTHER_ENGINE = "decoy", "other_engine"
"""The cut by kind of decoy, and the hardest kind."""
SLACK = 0.05
MET, NOT_MET, CANNOT_TELL, NOT_MEASURED = "met", "not met", "cannot tell", "not measured"
MET_WITHOUT_ENGINE = "met with the decoys judged; none came from another engine"


@dataclass(frozen=True)
class Target:
    """A figure to reach, strict scoring."""

    facet: str
    measure: Measure
    bar: float
    cut_kind: str = "all"


TARGETS = (
    Target(Facet.COLLABORATION, Measure.ACCURACY, 0.77),
    Target(Facet.COLLABORATION, Measure.KAPPA, 0.64),
    Target(AUTOMATION, Measure.ACCURACY, 0.82),
    Target(TASK_GROUP, Measure.ACCURACY, 0.79),
    Target(Facet.SOC_GROUP, Measure.ACCURACY, 0.79),
    Target(Facet.USE_CASE, Measure.ACCURACY, 0.79),
    Target(Facet.INTENT, Measure.ACCURACY, 0.90),
    Target(ACTIVITY, Measure.ACCURACY, 0.72),
    Target(TASK, Measure.ACCEPTANCE, 0.50),
    Target(TASK, Measure.ACCEPTANCE, 0.65, "surest half"),
    Target(TASK, Measure.SKILL, 0.40),
    Target(TASK, Measure.SKILL, 0.40, "surest half"),
)


def verdict(value: float, lo: float, hi: float, bar: float) -> str:
    """Met: the estimate reaches the bar, its lower limit at most 0.05 below. Not met: the upper limit is below."""
    if value >= bar and lo >= bar - SLACK:
        return MET
    return NOT_MET if hi < bar else CANNOT_TELL


@dataclass(frozen=True)
class Judged:
    """A target, the score that it is judged by (None: not measured), and the verdict."""

    target: Target
    score: Score | None
    verdict: str


def judge(scores: Iterable[Score], answer: AnswerKind) -> list[Judged]:
    """Every target against the scores of one engine."""
    known = list(scores)
    return [_judged(target, known, answer) for target in TARGETS]


def _judged(target: Target, scores: list[Score], answer: AnswerKind) -> Judged:
    score = find(
        scores,
        facet=str(target.facet),
        measure=target.measure.value,
        answer=answer.value,
        scoring=Scoring.STRICT.value,
        cut_kind=target.cut_kind,
        cut=target.cut_kind if target.cut_kind != "all" else "all",
    )
    if score is None:
        return Judged(target, None, NOT_MEASURED)
    found = verdict(score.value, score.lo, score.hi, target.bar)
    is_easier = target.measure is Measure.SKILL and not find(scores, cut_kind=DECOY, cut=OTHER_ENGINE)
    return Judged(target, score, MET_WITHOUT_ENGINE if found == MET and is_easier else found)
