"""Finds the bank tasks that a conversation serves: likeness to their examples, and two learned priors.

No text and no file here. The priors and all constants were chosen on cross-fitted predictions (docs/model_card).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from economic_index.local.bank import BankTask

Reals = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]
TOP_EXAMPLES = 2
# More of either prior names better groups or activities, and worse tasks (docs/decisions/0006).
LABEL_WEIGHT, ACTIVITY_WEIGHT, GROUP_WEIGHT, PRIOR_FLOOR = 0.6, 0.05, 0.08, 0.02
# Picks share a conversation by softmax of their scores; a further pick must have 0.6 of the first's share.
PICK_TEMPERATURE, CLOSE_ENOUGH, MAX_PICKS = 0.05, 0.6, 3
RETRIEVAL_VERSION = "2"


@dataclass(frozen=True)
class Pick:
    """One bank task of a conversation, with its share of it."""

    bank_task_id: str
    weight: float


@dataclass(frozen=True)
class BankIndex:
    """The bank as arrays: examples [examples, 384] in order of tasks, labels [tasks, 384], and the priors' maps.

    `starts` is the first example of each task; `activity_of_task` [activities, tasks] holds the share of a
    task's statements that carry the activity; `group_of_task` is the place of its SOC group.
    """

    task_ids: tuple[str, ...]
    examples: Vectors
    labels: Vectors
    starts: npt.NDArray[np.int64]
    activity_of_task: Reals
    group_of_task: npt.NDArray[np.int64]


def build_index(
    tasks: Sequence[BankTask],
    examples: Vectors,
    labels: Vectors,
    activities: Sequence[str],
    groups: Sequence[str],
    iwas_of_statements: Mapping[str, frozenset[str]],
) -> BankIndex:
    """Put a bank and its vectors in the order that scoring needs."""
    place = {activity: number for number, activity in enumerate(activities)}
    shares = np.zeros((len(activities), len(tasks)))
    for column, task in enumerate(tasks):
        for statement, weight in task.statements.items():
            for activity in iwas_of_statements.get(statement, frozenset()) & place.keys():
                shares[place[activity], column] += weight
    starts = np.cumsum([0, *[len(task.examples) for task in tasks][:-1]])
    group_places = np.array([groups.index(task.soc_group) for task in tasks])
    ids = tuple(task.bank_task_id for task in tasks)
    return BankIndex(ids, examples, labels, starts, shares, group_places)


def likeness(vectors: Vectors, index: BankIndex) -> Reals:
    """Cosine to the two nearest examples of each task, and to its label: [conversations, tasks]."""
    cosines = vectors @ index.examples.T
    first = np.maximum.reduceat(cosines, index.starts, axis=1)
    counts = np.diff(np.append(index.starts, cosines.shape[1]))
    rest = np.where(cosines == np.repeat(first, counts, axis=1), -np.inf, cosines)
    second = np.maximum.reduceat(rest, index.starts, axis=1)
    near = (first + np.where(np.isfinite(second), second, first)) / TOP_EXAMPLES
    result: Reals = (near + LABEL_WEIGHT * (vectors @ index.labels.T)).astype(np.float64)
    return result


def task_scores(vectors: Vectors, activities: Reals, groups: Reals, index: BankIndex) -> Reals:
    """Scores [conversations, tasks]: likeness, and the logs of both priors.

    `activities` [conversations, activities] and `groups` [conversations, SOC groups] are probabilities.
    """
    of_activity, of_group = _log_priors(activities, groups, index)
    return likeness(vectors, index) + ACTIVITY_WEIGHT * of_activity + GROUP_WEIGHT * of_group


def _log_priors(activities: Reals, groups: Reals, index: BankIndex) -> tuple[Reals, Reals]:
    """Logs of each task's probability by its activities and by its SOC group, both [conversations, tasks]."""
    of_activity: Reals = np.log(activities @ index.activity_of_task + PRIOR_FLOOR)
    of_group: Reals = np.log(groups[:, index.group_of_task] + PRIOR_FLOOR)
    return of_activity, of_group


def evidence(scores: Reals, activities: Reals, groups: Reals, index: BankIndex) -> Reals:
    """What speaks for each conversation's first pick, [conversations, 5]: a calibration makes it a probability.

    Its softmax share among all tasks (as logit), the log of both priors, its likeness, and a one.
    """
    first = scores.argmax(axis=1)
    rows = np.arange(len(scores))
    share = _softmax(scores / PICK_TEMPERATURE)[rows, first]
    of_activity, of_group = (prior[rows, first] for prior in _log_priors(activities, groups, index))
    near = scores[rows, first] - ACTIVITY_WEIGHT * of_activity - GROUP_WEIGHT * of_group
    odds = np.log(share / np.maximum(1 - share, 1e-9))
    return np.column_stack([odds, of_activity, of_group, near, np.ones(len(scores))])


def _softmax(values: Reals) -> Reals:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    result: Reals = powers / powers.sum(axis=1, keepdims=True)
    return result


def pick_tasks(scores: Reals, index: BankIndex, single: bool = False) -> list[list[Pick]]:
    """One to three picks for each conversation, heaviest first, their weights summing to 1."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, : 1 if single else MAX_PICKS]
    best = np.take_along_axis(scores, order, axis=1)
    odds = np.exp((best - best[:, :1]) / PICK_TEMPERATURE)
    odds[odds < CLOSE_ENOUGH] = 0.0
    shares = odds / odds.sum(axis=1, keepdims=True)
    return [
        [Pick(index.task_ids[task], float(share)) for task, share in zip(tasks, weights, strict=True) if share > 0]
        for tasks, weights in zip(order, shares, strict=True)
    ]
