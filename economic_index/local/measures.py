"""Measures the heads and the task picks on cross-fitted predictions: what the model card says.

Nothing is fitted and nothing is read here.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from economic_index.assign.retrieval import BankIndex, Pick
from economic_index.evaluate.agreement import Selection, accuracy, choose_threshold, cohen_kappa, majority_share
from economic_index.local.bank import load_bank
from economic_index.taxonomy import facts

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def measure_facet(classes: Sequence[str], truth: Sequence[str], likely: Reals, bar: float) -> dict[str, Any]:
    """A facet's entry of the card, from cross-fitted probabilities [n, classes] and labels."""
    said = [classes[place] for place in likely.argmax(axis=1)]
    confidence = np.round(likely.max(axis=1), 4)
    right = np.array([a == b for a, b in zip(said, truth, strict=True)])
    chosen = choose_threshold(confidence, right, bar)
    answered = [label for label, sure in zip(said, confidence, strict=True) if sure >= chosen.threshold]
    return {
        "threshold": chosen.threshold,
        "n": len(truth),
        "accuracy": round(accuracy(said, truth), 4),
        "kappa": round(cohen_kappa(said, truth), 4),
        "majority": round(majority_share(truth), 4),
        "coverage": round(chosen.coverage, 4),
        "selective_accuracy": round(chosen.accuracy, 4),
        "counts": {name: list(truth).count(name) for name in classes},
        "recall": {name: _recall(name, said, truth) for name in classes if name in truth},
        "answered_share": {name: round(answered.count(name) / max(len(answered), 1), 4) for name in classes},
    }


def _recall(name: str, said: Sequence[str], truth: Sequence[str]) -> float:
    return round(float(np.mean([a == name for a, b in zip(said, truth, strict=True) if b == name])), 3)


def acceptable_shares(labels: Sequence[dict[str, Any]]) -> Reals:
    """Per conversation and bank task, the share of its statements with one of the coder's activities."""
    activities = facts.iwas_of_statements("20.1")
    shares = np.zeros((len(labels), len(load_bank())))
    for row, label in enumerate(labels):
        coded = set(label["iwa"])
        for column, task in enumerate(load_bank()):
            shares[row, column] = sum(
                weight
                for statement, weight in task.statements.items()
                if coded & activities.get(statement, frozenset())
            )
    return shares


def measure_tasks(
    scores: Reals, shares: Reals, picks: Sequence[Sequence[Pick]], chosen: Selection, index: BankIndex
) -> dict[str, Any]:
    """The card's entry on tasks; `shares` as acceptable_shares gives them, in the rows of `scores`."""
    acceptable = shares > 0
    first, rows = scores.argmax(axis=1), np.arange(len(scores))
    three = np.argsort(-scores, axis=1, kind="stable")[:, :3]
    place = {name: number for number, name in enumerate(index.task_ids)}
    weighted = [
        sum(pick.weight * shares[row, place[pick.bank_task_id]] for pick in each) for row, each in enumerate(picks)
    ]
    return {
        "threshold": chosen.threshold,
        "n": len(scores),
        "shares_activity_first": round(float(acceptable[rows, first].mean()), 4),
        "shares_activity_within_three": round(float(np.take_along_axis(acceptable, three, 1).any(axis=1).mean()), 4),
        "shares_activity_weight": round(float(np.mean(weighted)), 4),
        "coverage": round(chosen.coverage, 4),
        "selective_accuracy": round(chosen.accuracy, 4),
        "single_pick_share": round(float(np.mean([len(each) == 1 for each in picks])), 4),
        "distinct_tasks": len(set(first.tolist())),
        "tasks": len(index.task_ids),
    }


def measure_judged(right: Flags, confidence: Reals) -> dict[str, Any]:
    """The card's entry on first picks that were judged: how many are acceptable, of all and of the surest half."""
    surest = np.argsort(-confidence, kind="stable")[: (len(right) + 1) // 2]
    return {
        "judged": len(right),
        "accepted": round(float(right.mean()), 4),
        "accepted_of_surest_half": round(float(right[surest].mean()), 4),
    }


def group_accuracy(scores: Reals, index: BankIndex, coded: Sequence[Sequence[str]], groups: Sequence[str]) -> float:
    """How often the SOC group of the first pick is one of the coder's."""
    said = [groups[index.group_of_task[task]] for task in scores.argmax(axis=1)]
    return round(float(np.mean([group in among for group, among in zip(said, coded, strict=True)])), 4)
