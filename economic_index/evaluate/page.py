"""The page that `make evaluate` prints and writes: figures to reach first, then what they rest on.

Tables are report.py's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from economic_index.evaluate import report
from economic_index.evaluate.acceptable import SECOND_JUDGED, judged_choices
from economic_index.evaluate.answers import Answers
from economic_index.evaluate.curves import calibration_curve
from economic_index.evaluate.items import FACETS, TASK_GROUP, TEST, Item, classes
from economic_index.evaluate.judges import judges_agreement
from economic_index.evaluate.scores import Score, compare, matrix_of
from economic_index.evaluate.targets import judge
from economic_index.evaluate.whole import READING, several_parts
from economic_index.labels.label_sets import load_set
from economic_index.vocabulary import AnswerKind, Facet, Measure, Scoring

SHOWN_MATRICES = (Facet.COLLABORATION, Facet.USE_CASE, Facet.INTENT, TASK_GROUP, Facet.SOC_GROUP)
HEAD = """# How right the engines are

This page is written by `make evaluate`; do not edit it. What the labels are, and who gave them: [labels](labels.md),
[codebook](codebook.md). The coders were **a language model reading, not people**: what stands here is agreement with
such a reader under the codebook, not with the truth. {purpose}

Limits are 95 %: Wilson's for shares, a bootstrap over conversations (1,000 draws, fixed seed) for everything else.
*Strict*: against the settled label; half a credit for either coder's where unsettled. *Lenient*: either coder's label.
*Agreed items*: those on which both coders agreed, which flatters. *Ceiling*: one coder against the other. *Weighted*:
each conversation by (8/7)^parts, so as to speak of the whole corpus, in which long conversations are more. The engine
reads what the coders read: the first part of each conversation.
"""

TASKS_ARE_MAPPED = (
    "Judged is the task that the engine finds first, whatever its confidence (forced). As published, a conversation "
    "whose task is held back is an error. One that got none is an error in both."
)


@dataclass(frozen=True)
class Evaluated:
    """An engine, the items that it was asked about, and all scores, the ceiling's among them."""

    label_set: str
    items: Sequence[Item]
    answers: Answers
    scores: Sequence[Score]


def as_page(found: Evaluated) -> str:
    """The whole page."""
    engine, scores = found.answers.engine, found.scores
    parts = [HEAD.format(purpose=_purpose(found))]
    if found.label_set == TEST:
        parts.append(_targets(found))
    has_ceiling = any(score.scoring == Scoring.CEILING.value for score in scores)
    if has_ceiling:
        parts.append("## The ceiling: one coder against the other\n\n" + report.ceiling_table(scores))
    parts.append(
        f"## Engine `{engine}` ({found.answers.version}) on the {found.label_set} set, "
        f"{len(found.items):,} conversations"
    )
    for kind, title in report.KINDS.items():
        parts.append(f"### Answers {title}\n\n{report.score_table(engine, scores, kind)}")
    parts.append("### Where it answers, and where it is surest\n\n" + report.selective_table(engine, scores))
    parts.append(_cuts(found))
    if any(score.cut_kind == READING for score in scores):
        parts.append(_wholes(found))
    if any(score.measure == Measure.ACCEPTANCE.value for score in scores):
        parts.append(
            f"### Tasks, judged blind among decoys\n\n{TASKS_ARE_MAPPED}\n\n{report.acceptance_table(engine, scores)}"
            f"\n\n{report.decoy_table(engine, scores)}\n\n{_judges()}"
        )
    parts += [_calibration(found, facet) for facet in FACETS if _has_confidence(found, facet)]
    parts += [_matrix(found, facet) for facet in SHOWN_MATRICES if (facet, AnswerKind.FORCED) in found.answers.said]
    return "\n\n".join(parts) + "\n"


def _targets(found: Evaluated) -> str:
    text = (
        "## Figures to reach\n\nStrict scoring, all items. *Met*: the estimate reaches the figure and its lower limit "
        "lies at most 0.05 below. *Not met*: its upper limit lies below. Else *cannot tell*. Both readings of an "
        "answer are judged: forced, and as published, where an abstention is an error. For the SOC group the verdict "
        "is that of the group of the mapped tasks, as figures count it; the head's own answer, which helps to find the "
        "tasks, stands beside it."
    )
    for kind, title in report.KINDS.items():
        text += f"\n\n**Answers {title}**\n\n{report.verdict_table(judge(found.scores, kind))}"
    return text


def _cuts(found: Evaluated) -> str:
    known = {score.cut_kind for score in found.scores}
    by = [kind for kind in report.CUTS if kind in known]
    text = f"### By {', '.join(by[:-1])} and {by[-1]} (strict, forced)\n\n"
    if not known & {"source", "week"}:
        text += "The label sets come from one source that has no dates: there is no cut by source or week.\n\n"
    return text + report.cut_table(found.answers.engine, found.scores, AnswerKind.FORCED)


def _purpose(found: Evaluated) -> str:
    """What the engine had seen of these conversations."""
    if found.label_set != TEST and load_set(found.label_set).purpose != TEST:
        return (
            "**These labels are for training**: the local engine was trained or calibrated on conversations of\n"
            "this set, so its figures here flatter; how right it is stands on the page of the test set."
        )
    return "Nothing was trained or tuned on these conversations, nor\non others with their text."


def _judges() -> str:
    """How far the second judge agrees with the first, whose judgements the figures are."""
    found = judges_agreement(judged_choices(), judged_choices(SECOND_JUDGED))
    if not found.task_count:
        return "No second judge read these tasks: how far two agree is not known."
    return (
        f"A second judge read the same sheets. Of {found.task_count:,} tasks the two judge "
        f"{report.cell(found.agreement)} alike (kappa {report.cell(found.kappa)}), of the engine's choices "
        f"{report.cell(found.alike_on_engine)}. Of the choices that the engine made the first accepts "
        f"{report.cell(found.accepted)}, the second {report.cell(found.accepted_by_second)}."
    )


def _wholes(found: Evaluated) -> str:
    count = len(several_parts(found.items))
    return (
        f"### Whole conversations (strict, forced)\n\n{count:,} of the {len(found.items):,} conversations have several "
        "parts, and the engine is asked about them once more, as a whole: as a log would have them. The coders saw the "
        "first part alone, so a label that the rest of the conversation would have changed counts as an error here. "
        "Agreement is of the answers as published.\n\n"
        + report.whole_table(found.answers.engine, found.scores, AnswerKind.FORCED)
    )


def _has_confidence(found: Evaluated, facet: str) -> bool:
    return facet in found.answers.confidence and bool((~np.isnan(found.answers.confidence[facet])).any())


def _calibration(found: Evaluated, facet: str) -> str:
    confidence = found.answers.confidence[facet]
    known = ~np.isnan(confidence)
    compared = compare(found.items, facet, found.answers.said[facet, AnswerKind.FORCED], Scoring.STRICT)
    tenths = calibration_curve(confidence[known], compared.credits[known])
    return f"### Calibration: {report.TITLES[facet]} (forced)\n\n{report.tenths_table(tenths)}"


def _matrix(found: Evaluated, facet: str) -> str:
    compared = compare(found.items, facet, found.answers.said[facet, AnswerKind.FORCED], Scoring.STRICT)
    body = report.matrix_table(classes(facet), matrix_of(compared))
    return f"### Confusion: {report.TITLES[facet]} (forced, strict; halves where unsettled)\n\n{body}"
