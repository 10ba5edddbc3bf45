"""Scores as tables in Markdown: what `make evaluate` prints, and docs/evaluation.md.

Nothing is computed here besides rounding.
"""

from collections.abc import Iterable, Sequence
from math import isnan

from economic_index.evaluate.acceptable import RANDOM, SAME_GROUP
from economic_index.evaluate.answers import ABSTAINED
from economic_index.evaluate.curves import Tenth
from economic_index.evaluate.intervals import Interval
from economic_index.evaluate.items import (
    ACTIVITY,
    AUTOMATION,
    FACETS,
    LABELLED,
    TASK_GROUP,
)
from economic_index.evaluate.matrices import Reals
from economic_index.evaluate.scores import CODER, SURELY, Score, find
from economic_index.evaluate.targets import DECOY, OTHER_ENGINE, TASK, Judged
from economic_index.evaluate.whole import BOTH, EVERY, FIRST, READING, WHOLE
from economic_index.vocabulary import AnswerKind, Facet, Measure, Scoring

TITLES = {
    Facet.COLLABORATION: "pattern (six classes)",
    AUTOMATION: "automation, augmentation or none",
    Facet.USE_CASE: "use case",
    Facet.INTENT: "intent",
    Facet.IS_OCCUPATIONAL: "occupational or not",
    TASK_GROUP: "SOC group of the mapped tasks (figures count it)",
    Facet.SOC_GROUP: "SOC group, the head's own answer",
    ACTIVITY: "IWA (one of the coder's own)",
    TASK: "task (judged blind)",
}
CODED: dict[str, str] = {Facet.SOC_GROUP: "SOC group (first)"}
"""What a coder says, where engines say it in two ways."""
KINDS = {
    AnswerKind.FORCED: "forced: the likeliest label, whatever its confidence",
    AnswerKind.ANSWERED: "as published: unclassified is an error",
}
DECOY_KINDS = {
    SAME_GROUP: "of the SOC group of the engine's choice",
    RANDOM: "of any other group",
    OTHER_ENGINE: "another engine's choice",
}
CUTS = ("language", "length", "source", "week")
MEASURES = (Measure.ACCURACY, Measure.MACRO_F1, Measure.KAPPA, Measure.ALPHA)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def cell(score: Score | Interval | None, digits: int = 2) -> str:
    """An estimate with its limits."""
    if score is None or isnan(score.value):
        return ""
    value, lo, hi = (f"{each:.{digits}f}" for each in (score.value, score.lo, score.hi))
    return value if isnan(score.lo) else f"{value} [{lo}, {hi}]"


def ceiling_table(scores: Sequence[Score]) -> str:
    """One coder against the other."""
    rows = [
        [CODED.get(facet, TITLES[facet]),
         *(cell(_find(scores, CODER, facet, measure=measure)) for measure in MEASURES),
         cell(_find(scores, CODER, facet, is_weighted=True))]
        for facet in (*LABELLED, ACTIVITY)
    ]  # fmt: skip
    return table(["facet", "accuracy", "macro-F1", "kappa", "alpha", "accuracy, weighted"], rows)


def between_table(scores: Sequence[Score]) -> str:
    """One engine against another."""
    rows = [
        [TITLES[facet], *(cell(find(scores, facet=str(facet), measure=measure.value)) for measure in MEASURES)]
        for facet in FACETS
    ]
    return table(["facet", "agreement", "macro-F1", "kappa", "alpha"], rows)


def verdict_table(judged: Sequence[Judged]) -> str:
    """Figures to reach, estimates, verdicts."""
    rows = [
        [
            TITLES[each.target.facet] + ("" if each.target.cut_kind == "all" else ", surest half"),
            each.target.measure.value.replace("_", " "),
            f"{each.target.bar:.2f}",
            cell(each.score),
            str(each.score.n) if each.score else "",
            each.verdict,
        ]
        for each in judged
    ]
    return table(["facet", "measure", "to reach", "estimate", "n", "verdict"], rows)


def acceptance_table(engine: str, scores: Sequence[Score]) -> str:
    """Tasks judged blind: the engine's choices, the decoys, and the skill beyond them."""
    measures = (Measure.ACCEPTANCE, Measure.DECOY_ACCEPTANCE, Measure.SKILL)
    told = {AnswerKind.FORCED: "forced", AnswerKind.ANSWERED: "as published"}
    found = {
        f"{cut}, {words}": [
            find(scores, engine=engine, facet=TASK, cut_kind=cut, cut=cut, measure=measure.value, answer=kind.value)
            for measure in measures
        ]
        for cut in ("all", "surest half")
        for kind, words in told.items()
    }
    rows = [[title, str(of[0].n), *map(cell, of)] for title, of in found.items() if of[0] is not None]
    return table(["conversations", "n", "accepted", "decoys accepted", "skill"], rows)


def decoy_table(engine: str, scores: Sequence[Score]) -> str:
    """Acceptance by kind of decoy, those of which none was judged named."""
    found = {
        kind: find(scores, engine=engine, facet=TASK, cut_kind=DECOY, cut=kind, measure=Measure.DECOY_ACCEPTANCE.value)
        for kind in DECOY_KINDS
    }
    rows = [[DECOY_KINDS[kind], str(of.n) if of else "0", cell(of) or "none judged"] for kind, of in found.items()]
    return table(["decoys", "n", "accepted"], rows)


def score_table(engine: str, scores: Sequence[Score], kind: AnswerKind) -> str:
    """Strict, lenient and agreed, weighted too, with the ceiling beside."""

    def row(facet: str) -> list[str]:
        whole = [_find(scores, engine, facet, answer=kind, measure=measure) for measure in MEASURES[:3]]
        others = [
            _find(scores, engine, facet, answer=kind, is_weighted=True),
            _find(scores, engine, facet, answer=kind, scoring=Scoring.LENIENT),
            _find(scores, engine, facet, answer=kind, scoring=Scoring.AGREED),
            _find(scores, CODER, facet),
        ]
        return [TITLES[facet], *map(cell, whole), *map(cell, others)]

    head = ["facet", "strict", "macro-F1", "kappa", "strict, weighted", "lenient", "agreed items", "ceiling"]
    return table(head, [row(facet) for facet in (*FACETS, ACTIVITY)])


def selective_table(engine: str, scores: Sequence[Score]) -> str:
    """Accuracy where the engine answers, with its coverage, and among the surest parts of all items."""

    def row(facet: str) -> list[str]:
        answered = _find(scores, engine, facet, answer=AnswerKind.ANSWERED, measure=Measure.SELECTIVE_ACCURACY)
        answered = answered or _find(scores, engine, facet, answer=AnswerKind.ANSWERED)
        surest = [
            find(scores, engine=engine, facet=str(facet), cut_kind="confidence", cut=f"surest {part:.0%}")
            for part in SURELY
        ]
        error = _find(scores, engine, facet, answer=AnswerKind.FORCED, measure=Measure.CALIBRATION_ERROR)
        coverage = f"{answered.coverage:.0%}" if answered else ""
        return [TITLES[facet], coverage, cell(answered), *map(cell, surest), cell(error)]

    head = ["facet", "answered", "accuracy there", *(f"surest {part:.0%}" for part in SURELY), "calibration error"]
    return table(head, [row(facet) for facet in (*FACETS, ACTIVITY)])


def cut_table(engine: str, scores: Sequence[Score], kind: AnswerKind) -> str:
    """Strict accuracy by language and length; by source and week where items have them."""
    cuts = dict.fromkeys((s.cut_kind, s.cut) for s in scores if s.cut_kind in CUTS)
    rows = []
    for cut_kind, cut in sorted(cuts):
        here = [
            find(scores, engine=engine, facet=str(facet), answer=kind.value, scoring=Scoring.STRICT.value,
                 measure=Measure.ACCURACY.value, cut_kind=cut_kind, cut=cut)
            for facet in (*FACETS, ACTIVITY)
        ]  # fmt: skip
        rows.append([f"{cut_kind}: {cut}", str(next((s.n for s in here if s), 0)), *map(cell, here)])
    return table(["items", "n", *(TITLES[facet] for facet in (*FACETS, ACTIVITY))], rows)


def whole_table(engine: str, scores: Sequence[Score], kind: AnswerKind) -> str:
    """First parts and whole conversations: how far the readings agree, and how each scores."""

    def row(facet: str) -> list[str]:
        of = {"engine": engine, "facet": str(facet), "cut_kind": READING}
        between = of | {"cut": BOTH, "scoring": Scoring.BETWEEN.value, "answer": AnswerKind.ANSWERED.value}
        strict = of | {"scoring": Scoring.STRICT.value, "answer": kind.value, "measure": Measure.ACCURACY.value}
        return [
            TITLES[facet],
            cell(find(scores, **between, measure=Measure.ACCURACY.value)),
            cell(find(scores, **between, measure=Measure.ACCURACY.value, is_weighted=True)),
            cell(find(scores, **between, measure=Measure.KAPPA.value)),
            *(
                cell(find(scores, **strict, cut=cut, is_weighted=is_weighted))
                for cut in (FIRST, WHOLE, EVERY)
                for is_weighted in (False, True)
            ),
        ]

    head = ["facet", "both readings agree", "weighted", "kappa"]
    head += [words for cut in ("first part", "whole", "all items, whole") for words in (cut, "weighted")]
    return table(head, [row(facet) for facet in (*FACETS, ACTIVITY)])


def matrix_table(names: Sequence[str], matrix: Reals) -> str:
    """A confusion matrix, labels down and answers across; labels and answers that never occur are left out."""
    labels = [*names, ABSTAINED]
    rows = [place for place in range(len(labels)) if matrix[place].any()]
    columns = [place for place in range(len(labels)) if matrix[:, place].any() or place in rows]
    body = [[labels[row], *(f"{matrix[row, column]:g}" for column in columns)] for row in rows]
    return table(["label \\ answer", *(labels[column] for column in columns)], body)


def tenths_table(tenths: Sequence[Tenth]) -> str:
    """The calibration curve."""
    rows = [
        [f"{each.lo:.1f}-{each.hi:.1f}", str(each.count), f"{each.confidence:.2f}",
         f"{each.right.value:.2f} [{each.right.lo:.2f}, {each.right.hi:.2f}]"]
        for each in tenths
    ]  # fmt: skip
    return table(["confidence", "n", "mean confidence", "share right"], rows)


def _find(scores: Sequence[Score], engine: str, facet: str, **wanted: object) -> Score | None:
    default = {"scoring": Scoring.STRICT, "answer": AnswerKind.ANSWERED, "measure": Measure.ACCURACY}
    if engine == CODER:
        default["scoring"] = Scoring.CEILING
        facet = Facet.SOC_GROUP if facet == TASK_GROUP else facet
    asked = {name: getattr(value, "value", value) for name, value in (default | wanted).items()}
    return find(scores, engine=engine, facet=str(facet), **asked)
