"""How far the published answers of two engines agree: no label is asked.

The measures are those of engines against labels.
"""

from collections.abc import Sequence

import numpy as np

from economic_index.evaluate import matrices
from economic_index.evaluate.answers import ABSTAINED, Answers
from economic_index.evaluate.items import FACETS, Item, classes
from economic_index.evaluate.scores import Compared, Score, matrix_scores
from economic_index.vocabulary import AnswerKind, Scoring


def between_engines(items: Sequence[Item], first: Answers, second: Answers) -> list[Score]:
    """How far the published answers of two engines agree, an abstention of both included: no label is asked."""
    found: list[Score] = []
    for facet in (each for each in FACETS if (each, AnswerKind.ANSWERED) in {*first.said} & {*second.said}):
        names = (*classes(facet), ABSTAINED)
        said = zip(first.said[facet, AnswerKind.ANSWERED], second.said[facet, AnswerKind.ANSWERED], strict=True)
        entries = [[(names.index(one), names.index(other), 1.0)] for one, other in said]
        added = matrices.contributions(entries, len(names))
        compared = Compared(tuple(items), added, np.trace(added, axis1=1, axis2=2), np.ones(len(entries), bool))
        tag = (f"{first.engine} / {second.engine}", str(facet), AnswerKind.ANSWERED, Scoring.BETWEEN)
        found += matrix_scores(compared, tag, is_whole=True)
    return found
