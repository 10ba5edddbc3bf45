"""Calibrates what fine-tuning made, on conversations that no encoder saw, and writes engine, card and model card.

Development only (`make train`, after local/training/finetune.py). No text and no vector is written.
"""

import argparse
import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from economic_index.assign.retrieval import BankIndex, evidence, pick_tasks, task_scores
from economic_index.evaluate.acceptable import HELD_OUT_JUDGED, judged_choices, verdicts
from economic_index.evaluate.agreement import choose_threshold
from economic_index.labels.corpus import open_parts
from economic_index.local import fit
from economic_index.local.answers import spread
from economic_index.local.bank import bank_version
from economic_index.local.bank_index import open_index, soc_groups
from economic_index.local.deltas import DELTAS
from economic_index.local.embedder import MODEL_NAME, Embedder
from economic_index.local.heads import ARRAYS, CARD, bare_features, features, softmax
from economic_index.local.kernel import Kernel
from economic_index.local.language import LANGUAGE_VERSION, MEASURED, detect
from economic_index.local.measures import (
    acceptable_shares,
    group_accuracy,
    measure_facet,
    measure_judged,
    measure_tasks,
)
from economic_index.local.model_card import model_card
from economic_index.local.structure import STRUCTURE, STRUCTURE_VERSION, structure
from economic_index.local.training.examples import held_out, labelled_rows, training_rows
from economic_index.local.vectors import VectorStore
from economic_index.local.window import WINDOW_VERSION, render
from economic_index.vocabulary import Facet

SEED, FOLDS = 20250210, 5
FACET_BAR, TASK_BAR = 0.75, 0.5
FOLDER = Path(__file__).parent / "heads"
CARD_PAGE = Path("docs/model_card.md")
ACTIVITIES = "activities"
FACETS = (Facet.IS_OCCUPATIONAL, Facet.USE_CASE, Facet.COLLABORATION, Facet.INTENT, Facet.SOC_GROUP)
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class HeldOut:
    """The conversations of calibration: labels, windows, shapes [n, shapes] and folds."""

    labels: list[dict[str, Any]]
    windows: list[str]
    shapes: Reals
    folds: npt.NDArray[np.int64]


def load_held_out(rows: Sequence[dict[str, Any]]) -> HeldOut:
    """Of the random labels those that no encoder was trained on, in a measured language."""
    away = held_out()
    parts = open_parts()
    kept = [row for row in rows if row["id"] in away and detect(parts[row["id"]].turns)[0] in MEASURED]
    turns = [parts[row["id"]].turns for row in kept]
    folds = np.random.default_rng(SEED).permutation(len(kept)) % FOLDS
    return HeldOut(kept, [render(one) for one in turns], np.array([structure(one) for one in turns]), folds)


def truth_of(facet: str, labels: Sequence[dict[str, Any]]) -> list[str]:
    """Each conversation's label; '' where it has none."""
    if facet == Facet.IS_OCCUPATIONAL:
        return [str(label[facet]).lower() for label in labels]
    if facet == Facet.SOC_GROUP:
        return [(label["soc_groups"] or [""])[0] for label in labels]
    return [str(label[facet]) for label in labels]


def calibrate_facet(facet: str, data: HeldOut, logits: Reals, classes: list[str]) -> tuple[dict[str, Any], Reals]:
    """A head's entry of the card, and its calibrated probabilities."""
    truth = truth_of(facet, data.labels)
    targets = np.array([[float(label == name) for name in classes] for label in truth])
    judged = np.array([label != "" for label in truth])
    known = judged & (targets.sum(axis=1) > 0)
    temperature = fit.fit_temperature(logits[known], targets[known])
    likely = softmax(logits / temperature)
    entry = measure_facet(classes, np.array(truth)[judged].tolist(), likely[judged], FACET_BAR)
    return {"labels": classes, "temperature": temperature, **entry}, likely


def calibrate_activities(data: HeldOut, logits: Reals, classes: list[str]) -> tuple[dict[str, Any], Reals]:
    """The head of work activities: how often its first is one of the coder's, and from where it is sure."""
    given = [label["iwa"] for label in data.labels]
    targets = np.array([[float(name in activities) for name in classes] for activities in given])
    targets /= np.maximum(targets.sum(axis=1, keepdims=True), 1)
    judged = targets.sum(axis=1) > 0
    temperature = fit.fit_temperature(logits[judged], targets[judged])
    likely = softmax(logits / temperature)
    first = likely.argmax(axis=1)
    among = np.array([classes[place] in coded for place, coded in zip(first, given, strict=True) if coded])
    chosen = choose_threshold(np.round(likely.max(axis=1), 4)[[bool(coded) for coded in given]], among, FACET_BAR)
    entry = {"labels": classes, "temperature": temperature, "threshold": chosen.threshold, "n": len(among)}
    measured = {"accuracy": among.mean(), "coverage": chosen.coverage, "selective_accuracy": chosen.accuracy}
    return {**entry, **{name: round(float(value), 4) for name, value in measured.items()}}, likely


def calibrate_tasks(
    data: HeldOut, vectors: npt.NDArray[np.float32], activities: Reals, groups: Reals, index: BankIndex
) -> tuple[Reals, dict[str, Any]]:
    """Calibration of the task picks, and how acceptable they are, over the occupational conversations.

    Calibrated on what a judge said of the picks, blind, where one did; what activities they share stands beside.
    """
    used = np.array([bool(label["is_occupational"]) for label in data.labels])
    labels = [label for label, is_used in zip(data.labels, used, strict=True) if is_used]
    scores = task_scores(vectors[used], activities[used], groups[used], index)
    proof = evidence(scores, activities[used], groups[used], index)
    said = verdicts(judged_choices(HELD_OUT_JUDGED))
    firsts = [index.task_ids[place] for place in scores.argmax(axis=1)]
    found = [said.get((label["id"], first)) for label, first in zip(labels, firsts, strict=True)]
    judged = np.array([each is not None for each in found])
    right = np.array([bool(each) for each in found])[judged]
    confidence = fit.cross_fit_logistic(proof[judged], right, data.folds[used][judged])
    chosen = choose_threshold(np.round(confidence, 4), right, TASK_BAR)
    card = measure_tasks(scores, acceptable_shares(labels), pick_tasks(scores, index), chosen, index)
    coded = [label["soc_groups"] for label in labels]
    card["soc_group_of_first"] = group_accuracy(scores, index, coded, soc_groups())
    card |= measure_judged(right, confidence)
    return fit.fit_logistic(proof[judged], right), card


def calibrate(work_dir: Path) -> dict[str, Any]:
    """Everything that the engine loads, and the card that says how good it is; reads what fine-tuning wrote there."""
    rows = training_rows()
    data = load_held_out(rows)
    with np.load(work_dir / ARRAYS, allow_pickle=False) as file:
        arrays: dict[str, Any] = {name: file[name] for name in file.files}
    labels: dict[str, list[str]] = json.loads((work_dir / "labels.json").read_text())
    embedder, store = Embedder(work_dir / "model", Kernel.FP32), VectorStore(work_dir / "vectors.sqlite")
    vectors = embedder.embed(data.windows)
    inputs = features(vectors, data.shapes, arrays["shape_mean"], arrays["shape_spread"])
    heads: dict[str, Any] = {}
    groups = np.zeros(0)
    for facet in FACETS:
        logits = inputs @ arrays[facet.value].astype(np.float64)
        heads[facet.value], likely = calibrate_facet(facet, data, logits, labels[facet.value])
        print(facet.value, heads[facet.value]["accuracy"], flush=True)
        groups = spread(likely, labels[facet.value], soc_groups()) if facet == Facet.SOC_GROUP else groups
    logits = bare_features(vectors) @ arrays[ACTIVITIES].astype(np.float64)
    heads[ACTIVITIES], activities = calibrate_activities(data, logits, labels[ACTIVITIES])
    print(ACTIVITIES, heads[ACTIVITIES]["accuracy"], flush=True)
    index = open_index(embedder, store, labels[ACTIVITIES])
    arrays["task_calibration"], task = calibrate_tasks(data, vectors, activities, groups, index)
    trained = sum(row["id"] not in held_out() for row in rows)
    quantised = _loss_of_int8(work_dir, data, vectors, arrays, labels)
    return {"arrays": arrays, "card": _card(heads, task, quantised, len(data.labels), trained, embedder)}


def _loss_of_int8(
    work_dir: Path, data: HeldOut, plain: Any, arrays: dict[str, Any], labels: dict[str, list[str]]
) -> dict[str, Any]:
    """How near int8 vectors lie to plain ones, and how right the heads are on them."""
    vectors = Embedder(work_dir / "model", Kernel.INT8).embed(data.windows)
    inputs = features(vectors, data.shapes, arrays["shape_mean"], arrays["shape_spread"])
    found: dict[str, Any] = {"cosine_least": round(float((plain * vectors).sum(axis=1).min()), 4)}
    for facet in FACETS:
        first = (inputs @ arrays[facet.value].astype(np.float64)).argmax(axis=1)
        pairs = [
            (labels[facet.value][place], truth)
            for place, truth in zip(first, truth_of(facet, data.labels), strict=True)
            if truth
        ]
        found[facet.value] = round(float(np.mean([said == truth for said, truth in pairs])), 4)
    return found


def _card(
    heads: dict[str, Any], task: dict[str, Any], int8: dict[str, Any], count: int, trained: int, embedder: Embedder
) -> dict[str, Any]:
    return {
        "model": MODEL_NAME,
        "encoder_hash": embedder.model_hash,
        "labels_sha256": hashlib.sha256(orjson.dumps(training_rows())).hexdigest(),
        "twins_left_out": len(labelled_rows()) - len(training_rows()),
        "bank_version": bank_version(),
        "window_version": WINDOW_VERSION,
        "structure_version": STRUCTURE_VERSION,
        "language_version": LANGUAGE_VERSION,
        "seed": SEED,
        "folds": FOLDS,
        "n": count,
        "n_trained": trained,
        "int8": int8,
        "heads": heads,
        "task": task,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Calibrate, write the engine's files, and write the model card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work-dir", type=Path, default=Path(".oei/train"))
    work_dir = parser.parse_args(arguments).work_dir
    shutil.copy(work_dir / DELTAS, FOLDER / DELTAS)
    made = calibrate(work_dir)
    fit.save_arrays(FOLDER / ARRAYS, made["arrays"])
    (FOLDER / CARD).write_text(json.dumps(made["card"], indent=1, sort_keys=True) + "\n")
    CARD_PAGE.write_text(model_card(made["card"], len(STRUCTURE), soc_groups()))
    print(json.dumps(made["card"]["task"], indent=1))


if __name__ == "__main__":
    main()
