"""The committed baseline of the local engine: what a change of the engine must not fall below.

Accuracies of the fp32 kernel, which are the same on every machine but for rounding.
"""

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from statistics import fmean
from typing import Any

from economic_index.evaluate.acceptable import judged_choices, verdicts
from economic_index.evaluate.activities import activity_credits
from economic_index.evaluate.answers import Answers
from economic_index.evaluate.items import ACTIVITY, FACETS, Item, fixed_sample
from economic_index.evaluate.scores import compare
from economic_index.evaluate.targets import TASK
from economic_index.labels.label_sets import CODERS, SETTLED, sha256_of
from economic_index.vocabulary import AnswerKind, Scoring

FILE = "baseline.json"
PATH = Path(__file__).parent / FILE
SAMPLE_COUNT = 120
TOLERANCE = 0.02
Accuracies = dict[str, dict[str, float]]


def accuracies(items: Sequence[Item], answers: Answers) -> Accuracies:
    """Strict accuracy by facet and kind of answer; `answers` are of these items, in their order, tasks mapped.

    Of the first pick: how often it is a task that the blind judge accepted. One that was never judged is an error, so
    it speaks of the engine whose picks were judged, and of no other.
    """
    found = {
        str(facet): {
            kind.value: float(compare(items, facet, answers.said[facet, kind], Scoring.STRICT).credits.mean())
            for kind in AnswerKind
        }
        for facet in FACETS
    }
    found[ACTIVITY] = {
        kind.value: fmean(
            credit for _, credit, _ in activity_credits(items, answers.said[ACTIVITY, kind], Scoring.STRICT)
        )
        for kind in AnswerKind
    }
    said = verdicts(judged_choices())
    judged = {name for name, _ in said}
    picks = [each for each in zip(items, answers.picks, answers.is_published, strict=True) if each[0].id in judged]
    found[TASK] = {
        kind.value: fmean(
            said.get((item.id, pick), False) and (kind is AnswerKind.FORCED or is_published)
            for item, pick, is_published in picks
        )
        for kind in AnswerKind
    }
    return {facet: {kind: round(value, 4) for kind, value in kinds.items()} for facet, kinds in found.items()}


def baseline_of(items: Sequence[Item], answers: Answers) -> dict[str, Any]:
    """What is committed: accuracies over all items and over the fixed sample that the test scores."""
    few = fixed_sample(items, SAMPLE_COUNT)
    return {
        "engine": answers.engine,
        "version": answers.version,
        "labels": {name: sha256_of(name) for name in (*CODERS, SETTLED)},
        "whole": accuracies(items, answers),
        "sample": accuracies(few, picked(items, answers, few)),
    }


def picked(items: Sequence[Item], answers: Answers, few: Sequence[Item]) -> Answers:
    """The answers about some of the items."""
    place = {item.id: number for number, item in enumerate(items)}
    rows = [place[item.id] for item in few]
    return Answers(
        answers.engine,
        answers.version,
        {key: [said[row] for row in rows] for key, said in answers.said.items()},
        {facet: confidence[rows] for facet, confidence in answers.confidence.items()},
        [answers.picks[row] for row in rows] if answers.picks else (),
        [answers.is_published[row] for row in rows] if answers.picks else (),
    )


def load_baseline() -> dict[str, Any]:
    """The committed one."""
    loaded: dict[str, Any] = json.loads(resources.files("economic_index.evaluate").joinpath(FILE).read_text())
    return loaded


def regressions(base: Mapping[str, Mapping[str, float]], now: Mapping[str, Mapping[str, float]]) -> list[str]:
    """What fell by more than 0.02 below the baseline, in words."""
    return [
        f"{facet}, {kind}: {now[facet][kind]:.3f}, was {before:.3f}"
        for facet, kinds in base.items()
        for kind, before in kinds.items()
        if now[facet][kind] < before - TOLERANCE - 1e-9
    ]
