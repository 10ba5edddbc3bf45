"""What the encoder is fine-tuned on: windows, shapes, targets and paraphrases of labelled conversations, and the bank.

A target is a row of probabilities: most on the coder's first label, some on the second. No text is written anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from economic_index.labels.corpus import open_parts
from economic_index.labels.draws import in_drawn_order
from economic_index.labels.label_sets import load_set
from economic_index.labels.twins import tested_ids, text_key, text_keys
from economic_index.local.bank import load_bank
from economic_index.local.structure import structure
from economic_index.local.window import render
from economic_index.vocabulary import Collaboration, Facet, Intent, UseCase

Reals = npt.NDArray[np.float32]
HELD_OUT, HELD_OUT_KEY = 500, "held out for calibration"
RANDOM, READ_AGAIN = "training_4000", ("training_again", "further_again")
AIMED = ("training_aimed", "further_aimed")
SMOOTHING = 0.05
FIRST_OF_PATTERN, FIRST_OF_GROUPS = 0.85, (0.75, 0.17, 0.08)
MIN_ACTIVITIES, MIN_GROUPS = 3, 5


@dataclass(frozen=True)
class Examples:
    """Windows, paraphrases, shapes [n, shapes], and targets [n, labels] by head (a row of zeros: none)."""

    ids: list[str]
    windows: list[str]
    requests: list[str]
    shapes: Reals
    targets: dict[str, Reals]
    labels: dict[str, list[str]]

    def part(self, places: Sequence[int]) -> "Examples":
        """Those of the places."""
        pick = list(places)
        return Examples(
            [self.ids[place] for place in pick],
            [self.windows[place] for place in pick],
            [self.requests[place] for place in pick],
            self.shapes[pick],
            {name: target[pick] for name, target in self.targets.items()},
            self.labels,
        )


def examples_of(rows: Sequence[dict[str, Any]], groups: Sequence[str]) -> Examples:
    """The labelled conversations `rows` as examples, in their order."""
    parts = open_parts()
    turns = [parts[row["id"]].turns for row in rows]
    labels = label_lists(rows, groups)
    return Examples(
        [row["id"] for row in rows],
        [render(one) for one in turns],
        [row["request"] for row in rows],
        np.array([structure(one) for one in turns], np.float32),
        {name: np.array([_target(name, row, known) for row in rows], np.float32) for name, known in labels.items()},
        labels,
    )


def label_lists(rows: Sequence[dict[str, Any]], groups: Sequence[str]) -> dict[str, list[str]]:
    """The labels of each head in their order; work activities are those labelled often enough."""
    counted: dict[str, int] = {}
    for row in rows:
        for activity in row["iwa"]:
            counted[activity] = counted.get(activity, 0) + 1
    firsts = [(row["soc_groups"] or [""])[0] for row in rows]
    return {
        Facet.IS_OCCUPATIONAL.value: ["false", "true"],
        Facet.USE_CASE.value: [str(member.value) for member in UseCase],
        Facet.COLLABORATION.value: [str(member.value) for member in Collaboration],
        Facet.INTENT.value: [str(member.value) for member in Intent],
        Facet.SOC_GROUP.value: [group for group in groups if firsts.count(group) >= MIN_GROUPS],
        "activities": sorted(name for name, count in counted.items() if count >= MIN_ACTIVITIES),
    }


def _target(head: str, row: dict[str, Any], labels: Sequence[str]) -> list[float]:
    given = _given(head, row)
    target = [given.get(label, 0.0) for label in labels]
    total = sum(target)
    if total == 0:
        return target
    return [(1 - SMOOTHING) * part / total + SMOOTHING / len(labels) for part in target]


def _given(head: str, row: dict[str, Any]) -> dict[str, float]:
    """What the coder's label says of a head: parts of one."""
    if head == Facet.IS_OCCUPATIONAL:
        return {str(row[head]).lower(): 1.0}
    if head == Facet.COLLABORATION:
        second = {row["collaboration_second"]: 1 - FIRST_OF_PATTERN} if row["collaboration_second"] else {}
        return {**second, row["collaboration"]: FIRST_OF_PATTERN}
    if head == Facet.SOC_GROUP:
        return dict(zip(row["soc_groups"], FIRST_OF_GROUPS, strict=False))
    if head == "activities":
        return dict(zip(row["iwa"], (0.6, 0.4), strict=False))
    return {row[head]: 1.0}


def held_out() -> set[str]:
    """The random conversations that no encoder is trained on: thresholds and calibration are chosen with them."""
    return set(in_drawn_order(load_set(RANDOM).ids, HELD_OUT_KEY)[:HELD_OUT])


def bank_texts() -> list[tuple[str, list[str]]]:
    """(label, examples) of each task of the bank."""
    return [(task.label, list(task.examples)) for task in load_bank()]


def training_rows() -> list[dict[str, Any]]:
    """The labels that train, each with its `set`: `random`, or `aimed` at what a random draw lacks.

    A conversation that was read again under the codebook has the labels of that reading. No text of a test set is among
    them, and none that trains is one that is held out.

    Raises:
        LabelError: a conversation is in a test set and in one that trains.
    """
    return apart_by_text(labelled_rows())


def apart_by_text(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without rows that have the text of a test item, and of those that train without what has that of one held out."""
    tested, away = text_keys(tested_ids()), held_out()
    kept = [row for row in rows if text_key(row["id"]) not in tested]
    held = text_keys(away)
    return [row for row in kept if row["id"] in away or text_key(row["id"]) not in held]


def labelled_rows() -> list[dict[str, Any]]:
    """What training_rows chooses from: texts are not compared here."""
    again = {row["id"]: row for name in READ_AGAIN for row in load_set(name).rows}
    random = [{**again.get(row["id"], row), "set": "random"} for row in load_set(RANDOM).rows]
    return random + [{**row, "set": "aimed"} for name in AIMED for row in load_set(name).rows]
