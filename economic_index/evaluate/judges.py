"""How far two judges of tasks agree, who read the same sheets apart: the ceiling of what acceptance can say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from economic_index.evaluate.acceptable import ENGINE_CHOICE, verdicts
from economic_index.evaluate.intervals import Interval, proportion, resampled
from economic_index.evaluate.matrices import accuracy_of, contributions, kappa_of

Row = Mapping[str, Any]


@dataclass(frozen=True)
class JudgesAgreement:
    """Of all tasks how many, the share judged alike, kappa; of the engine's choices what the second accepts."""

    task_count: int
    agreement: Interval
    kappa: Interval
    accepted: Interval
    accepted_by_second: Interval
    alike_on_engine: Interval


def judges_agreement(first: Sequence[Row], second: Sequence[Row]) -> JudgesAgreement:
    """Over the tasks that both judged; limits are over conversations."""
    said = verdicts(second)
    both = [[each for each in row["choices"] if (row["id"], each["node"]) in said] for row in first]
    judged = [
        [(each["kind"], int(each["is_acceptable"]), int(said[row["id"], each["node"]])) for each in choices]
        for row, choices in zip(first, both, strict=True)
        if choices
    ]
    pairs = [[(own, theirs, 1.0) for _, own, theirs in of_one] for of_one in judged]
    added, weights = contributions(pairs, 2), np.ones(len(pairs))
    chosen = [(own, theirs) for of_one in judged for kind, own, theirs in of_one if kind == ENGINE_CHOICE]
    ones = np.ones(len(chosen))
    return JudgesAgreement(
        task_count=sum(map(len, pairs)),
        agreement=resampled(added, weights, accuracy_of),
        kappa=resampled(added, weights, kappa_of),
        # who made no choice is in error whoever judges: shares are of the choices that were made
        accepted=proportion(np.array([float(own) for own, _ in chosen]), ones),
        accepted_by_second=proportion(np.array([float(theirs) for _, theirs in chosen]), ones),
        alike_on_engine=proportion(np.array([float(own == theirs) for own, theirs in chosen]), ones),
    )
