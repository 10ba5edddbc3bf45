"""Tasks judged blind: how often the engine's choice is acceptable, how often decoys are, and the skill beyond them.

A judge sees the conversation and some tasks in random order, and says of each whether it is acceptable. Who chose
which is joined afterwards: the rows here have it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from economic_index.evaluate.answers import ABSTAINED
from economic_index.evaluate.intervals import Interval, proportion, replicates
from economic_index.evaluate.scores import ALL, Score
from economic_index.evaluate.targets import DECOY, OTHER_ENGINE, TASK
from economic_index.labels.label_sets import file_bytes, has_file
from economic_index.vocabulary import AnswerKind, Measure, Scoring

Reals = npt.NDArray[np.float64]
JUDGED, SECOND_JUDGED, HELD_OUT_JUDGED = "test_acceptable", "test_acceptable_second", "held_out_acceptable"
ENGINE_CHOICE = "engine"
SAME_GROUP, RANDOM = "same_group", "random"
DECOYS = (SAME_GROUP, RANDOM, OTHER_ENGINE)
SURER_HALF = "surest half"


@dataclass(frozen=True)
class Judgement:
    """One occupational conversation: was the engine's choice acceptable (False if it made none), and each decoy?

    `has_choice` is false where the engine chose none, `is_published` where it held its choice back.
    """

    id: str
    confidence: float
    is_accepted: bool
    decoys: tuple[bool, ...]
    kinds: tuple[str, ...]
    has_choice: bool = True
    is_published: bool = True


def judged_choices(name: str = JUDGED) -> list[dict[str, Any]]:
    """The committed rows of a file of judgements; none if no task was judged."""
    return [orjson.loads(line) for line in file_bytes(name).splitlines()] if has_file(name) else []


def judgements_of(rows: Sequence[Mapping[str, Any]], held_back: Collection[str] = ()) -> list[Judgement]:
    """From rows {id, confidence, choices: [{kind, is_acceptable}]}: kind `engine`, or what sort of decoy it is.

    `held_back` are the conversations whose task the engine does not publish.
    """
    found = []
    for row in rows:
        own = [each["is_acceptable"] for each in row["choices"] if each["kind"] == ENGINE_CHOICE]
        others = [each for each in row["choices"] if each["kind"] != ENGINE_CHOICE]
        decoys = tuple(bool(each["is_acceptable"]) for each in others)
        kinds = tuple(str(each["kind"]) for each in others)
        confidence = row["confidence"] if row["confidence"] is not None else float("nan")
        is_published = row["id"] not in held_back
        found.append(Judgement(str(row["id"]), float(confidence), any(own), decoys, kinds, bool(own), is_published))
    return found


def own_choice(row: Mapping[str, Any]) -> str:
    """The task that the engine chose; what stands for no answer where it made no choice."""
    return next((str(each["node"]) for each in row["choices"] if each["kind"] == ENGINE_CHOICE), ABSTAINED)


def verdicts(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], bool]:
    """Whether a task is acceptable for a conversation, by both; what nobody was asked about is not there."""
    return {(str(row["id"]), str(each["node"])): bool(each["is_acceptable"]) for row in rows for each in row["choices"]}


def skill(engine: Reals | float, decoy: Reals | float) -> Any:
    """(engine - decoy) / (1 - decoy): 0 if decoys do as well, 1 if only the engine's choices are acceptable."""
    return (engine - decoy) / np.maximum(1 - np.asarray(decoy), 1e-12)


def skill_interval(judged: Sequence[Judgement], own: Reals) -> Interval:
    """Skill with percentile limits, conversations drawn again: a conversation's own decoys go with it.

    `own` is 1 where the engine's choice is right, in the order of `judged`.
    """
    accepted = np.array([sum(each.decoys) for each in judged], np.float64)
    shown = np.array([len(each.decoys) for each in judged], np.float64)
    if not len(own) or not shown.sum():
        return Interval(float("nan"), float("nan"), float("nan"))
    draws = replicates(len(own))
    found = skill(draws @ own / len(own), draws @ accepted / np.maximum(draws @ shown, 1e-12))
    lo, hi = np.quantile(found, [0.025, 0.975])
    return Interval(float(skill(own.mean(), accepted.sum() / shown.sum())), float(lo), float(hi))


def acceptance_scores(engine: str, judged: Sequence[Judgement]) -> list[Score]:
    """Acceptance, decoys' acceptance and skill, over all and over the surest half; decoys by kind.

    Forced, the task chosen first counts whatever its confidence; as published, one that is held back is an error.
    """
    order = sorted(judged, key=lambda each: -np.nan_to_num(each.confidence, nan=-1.0))
    surest = order[: (len(order) + 1) // 2]
    if not judged:
        return []
    return [*_of(engine, ALL, judged), *_of(engine, SURER_HALF, surest), *_by_kind(engine, judged)]


def _of(engine: str, cut: str, judged: Sequence[Judgement]) -> list[Score]:
    decoys = np.array([each for of in judged for each in of.decoys], np.float64)
    share = 1.0 if cut == ALL else 0.5
    found = []
    for kind in AnswerKind:
        is_forced = kind is AnswerKind.FORCED
        counts = np.array([is_forced or each.is_published for each in judged])
        coverage = share * float(np.mean(counts & [each.has_choice for each in judged]))
        own = (counts & [each.is_accepted for each in judged]).astype(np.float64)
        measures = {
            Measure.ACCEPTANCE: proportion(own, np.ones(len(own))),
            Measure.DECOY_ACCEPTANCE: proportion(decoys, np.ones(len(decoys))),
            Measure.SKILL: skill_interval(judged, own),
        }
        found += [
            _row(engine, kind, (cut, cut), measure, of, len(judged), coverage) for measure, of in measures.items()
        ]
    return found


def _by_kind(engine: str, judged: Sequence[Judgement]) -> Iterator[Score]:
    """Acceptance of each kind of decoy; a kind that was never shown has no row."""
    shown = [each for of in judged for each in zip(of.kinds, of.decoys, strict=True)]
    for decoy in DECOYS:
        accepted = np.array([is_accepted for kind, is_accepted in shown if kind == decoy], np.float64)
        if len(accepted):
            share = proportion(accepted, np.ones(len(accepted)))
            for kind in AnswerKind:
                yield _row(engine, kind, (DECOY, decoy), Measure.DECOY_ACCEPTANCE, share, len(accepted), 1.0)


def _row(
    engine: str, kind: AnswerKind, cut: tuple[str, str], measure: Measure, of: Interval, count: int, coverage: float
) -> Score:
    return Score(
        engine, TASK, kind.value, Scoring.STRICT.value, *cut, False, measure.value,
        of.value, of.lo, of.hi, count, coverage,
    )  # fmt: skip
