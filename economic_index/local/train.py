"""Trains the heads on the labelled demonstration conversations, measures them cross-fitted, and writes both.

Development only (`make train`): the index itself trains nothing. No text and no vector is written.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from economic_index.assign.retrieval import evidence, pick_tasks, task_scores
from economic_index.evaluate.agreement import accuracy, choose_threshold, cohen_kappa, majority_share
from economic_index.local import fit
from economic_index.local.bank import bank_version, load_bank
from economic_index.local.bank_index import open_index, soc_groups
from economic_index.local.embedder import MODEL_NAME, Embedder
from economic_index.local.heads import ARRAYS, CARD, bare_features, features, softmax
from economic_index.local.kernel import Kernel
from economic_index.local.language import LANGUAGE_VERSION, MEASURED, detect
from economic_index.local.model_card import model_card
from economic_index.local.structure import STRUCTURE, STRUCTURE_VERSION, structure
from economic_index.local.training_data import Labelled, labelled_conversations, labels_bytes
from economic_index.local.vectors import VectorStore
from economic_index.local.window import WINDOW_VERSION, render
from economic_index.taxonomy import facts
from economic_index.vocabulary import Collaboration, Facet, Intent, UseCase

SEED, FOLDS = 20250210, 5
FACET_BAR, TASK_BAR = 0.75, 0.5
L2, L2_ACTIVITIES = 0.03, 0.01
MIN_LABELS = 8
FOLDER = Path(__file__).parent / "heads"
CARD_PAGE = Path("docs/model_card.md")
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TrainingSet:
    """The measured conversations: labels, vectors [n, 384], shapes [n, shapes], and the fold of each."""

    labels: list[dict[str, Any]]
    vectors: npt.NDArray[np.float32]
    shapes: Reals
    folds: npt.NDArray[np.int64]


def _vectors(read: Sequence[Labelled], embedder: Embedder, store: VectorStore) -> npt.NDArray[np.float32]:
    texts = [render(one.turns) for one in read]
    keys = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in texts]
    maker = f"{embedder.model_hash}.window-{WINDOW_VERSION}"
    known = store.get(maker, keys)
    new = [place for place, key in enumerate(keys) if key not in known]
    vectors = embedder.embed([texts[place] for place in new], _progress("windows"))
    store.put(maker, ((keys[place], vector) for place, vector in zip(new, vectors, strict=True)))
    known |= {keys[place]: vector for place, vector in zip(new, vectors, strict=True)}
    return np.stack([known[key] for key in keys])


def _progress(what: str) -> Any:
    def report(done: int, of: int) -> None:
        if done % 250 == 0 or done == of:
            print(f"{what}: {done} of {of}", flush=True)

    return report


def load_training_set(embedder: Embedder, store: VectorStore) -> TrainingSet:
    """Labelled conversations in a measured language, embedded."""
    read = [one for one in labelled_conversations() if detect(one.turns)[0] in MEASURED]
    vectors = _vectors(read, embedder, store)
    shapes = np.array([structure(one.turns) for one in read])
    folds = np.random.default_rng(SEED).permutation(len(read)) % FOLDS
    return TrainingSet([one.label for one in read], vectors, shapes, folds)


def facet_labels(facet: str, labels: Sequence[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """The classes of a facet in vocabulary order, and each conversation's label ('' = not trained on)."""
    if facet == Facet.IS_OCCUPATIONAL:
        return ["false", "true"], [str(label[facet]).lower() for label in labels]
    if facet == Facet.SOC_GROUP:
        first = [(label["soc_groups"] or [""])[0] for label in labels]
        classes = [group for group in soc_groups() if first.count(group) >= MIN_LABELS]
        return classes, first
    closed = {Facet.USE_CASE: UseCase, Facet.COLLABORATION: Collaboration, Facet.INTENT: Intent}
    return [str(member.value) for member in closed[Facet(facet)]], [str(label[facet]) for label in labels]


def one_hot(truth: Sequence[str], classes: Sequence[str]) -> Reals:
    """Rows of zeros and a one; a label outside the classes is a row of zeros."""
    return np.array([[float(label == name) for name in classes] for label in truth])


def train_facet(facet: str, data: TrainingSet, inputs: Reals) -> tuple[npt.NDArray[Any], dict[str, Any], Reals]:
    """One head: its weights, its entry of the card, and its cross-fitted calibrated probabilities."""
    classes, truth = facet_labels(facet, data.labels)
    targets = one_hot(truth, classes)
    is_judged = np.array([label != "" for label in truth])
    logits = fit.cross_fit(inputs, targets, L2, data.folds)
    temperature = fit.fit_temperature(logits[is_judged], targets[is_judged])
    likely = softmax(logits / temperature)
    entry = _facet_entry(classes, np.array(truth)[is_judged].tolist(), likely[is_judged], FACET_BAR)
    weights = fit.fit_softmax(inputs, targets, L2).astype(np.float32)
    return weights, {"labels": classes, "temperature": temperature, **entry}, likely


def _facet_entry(classes: list[str], truth: list[str], likely: Reals, bar: float) -> dict[str, Any]:
    said = [classes[place] for place in likely.argmax(axis=1)]
    right = np.array([a == b for a, b in zip(said, truth, strict=True)])
    chosen = choose_threshold(np.round(likely.max(axis=1), 4), right, bar)
    return {
        "threshold": chosen.threshold,
        "n": len(truth),
        "accuracy": round(accuracy(said, truth), 4),
        "kappa": round(cohen_kappa(said, truth), 4),
        "majority": round(majority_share(truth), 4),
        "coverage": round(chosen.coverage, 4),
        "selective_accuracy": round(chosen.accuracy, 4),
        "counts": {name: truth.count(name) for name in classes},
        "recall": {
            name: round(float(np.mean([a == name for a, b in zip(said, truth, strict=True) if b == name])), 3)
            for name in classes
            if name in truth
        },
    }


def train_activities(data: TrainingSet) -> tuple[npt.NDArray[Any], dict[str, Any], Reals]:
    """The prior over intermediate work activities: vector alone, one or two activities a conversation."""
    inputs = bare_features(data.vectors)
    given = [label["iwa"] for label in data.labels]
    counted = [activity for activities in given for activity in activities]
    classes = sorted(name for name in set(counted) if counted.count(name) >= 3)
    targets = np.array([[float(name in activities) for name in classes] for activities in given])
    targets /= np.maximum(targets.sum(axis=1, keepdims=True), 1)
    logits = fit.cross_fit(inputs, targets, L2_ACTIVITIES, data.folds)
    judged = targets.sum(axis=1) > 0
    temperature = fit.fit_temperature(logits[judged], targets[judged])
    likely = softmax(logits / temperature)
    first = likely.argmax(axis=1)
    among = [classes[place] in activities for place, activities in zip(first, given, strict=True) if activities]
    entry = {"labels": classes, "temperature": temperature, "threshold": 0.0, "n": len(among)}
    weights = fit.fit_softmax(inputs, targets, L2_ACTIVITIES).astype(np.float32)
    return weights, {**entry, "accuracy": round(float(np.mean(among)), 4)}, likely


def spread_groups(likely: Reals, classes: Sequence[str]) -> Reals:
    """Probabilities over all SOC groups, zero where the head has no class."""
    groups = soc_groups()
    wide = np.zeros((len(likely), len(groups)))
    wide[:, [groups.index(name) for name in classes]] = likely
    return wide


def acceptable_shares(data: TrainingSet) -> tuple[npt.NDArray[np.bool_], Reals]:
    """Per conversation and bank task: is one of its activities the coder's; the share of its statements."""
    activities = facts.iwas_of_statements("20.1")
    shares = np.zeros((len(data.labels), len(load_bank())))
    for row, label in enumerate(data.labels):
        coded = set(label["iwa"])
        for column, task in enumerate(load_bank()):
            shares[row, column] = sum(
                weight
                for statement, weight in task.statements.items()
                if coded & activities.get(statement, frozenset())
            )
    return shares > 0, shares


def train_tasks(data: TrainingSet, activities: Reals, groups: Reals, index: Any) -> tuple[Reals, dict[str, Any]]:
    """Calibration of the task picks, and how acceptable they are, over the occupational conversations."""
    used = np.array([bool(label["is_occupational"]) for label in data.labels])
    scores = task_scores(data.vectors, activities, groups, index)[used]
    proof = evidence(scores, activities[used], groups[used], index)
    acceptable, shares = (each[used] for each in acceptable_shares(data))
    first, rows = scores.argmax(axis=1), np.arange(len(scores))
    right = acceptable[rows, first]
    confidence = fit.cross_fit_logistic(proof, right, data.folds[used])
    chosen = choose_threshold(np.round(confidence, 4), right, TASK_BAR)
    place = {name: number for number, name in enumerate(index.task_ids)}
    picks = pick_tasks(scores, index)
    weighted = [
        sum(pick.weight * shares[row, place[pick.bank_task_id]] for pick in each) for row, each in enumerate(picks)
    ]
    top = np.argsort(-scores, axis=1)[:, :3]
    card = {
        "threshold": chosen.threshold,
        "n": len(right),
        "acceptable_first": round(float(right.mean()), 4),
        "acceptable_within_three": round(float(np.take_along_axis(acceptable, top, 1).any(axis=1).mean()), 4),
        "acceptable_weight": round(float(np.mean(weighted)), 4),
        "coverage": round(chosen.coverage, 4),
        "selective_accuracy": round(chosen.accuracy, 4),
        "single_pick_share": round(float(np.mean([len(each) == 1 for each in picks])), 4),
        "soc_group_of_first": round(_group_accuracy(first, index, data, used), 4),
        "distinct_tasks": len(set(first.tolist())),
        "tasks": len(index.task_ids),
    }
    return fit.fit_logistic(proof, right), card


def _group_accuracy(first: npt.NDArray[np.int64], index: Any, data: TrainingSet, used: Any) -> float:
    """How often the SOC group of the first pick is one of the coder's."""
    groups = soc_groups()
    coded = [label["soc_groups"] for label, is_used in zip(data.labels, used, strict=True) if is_used]
    said = [groups[index.group_of_task[task]] for task in first]
    return float(np.mean([group in among for group, among in zip(said, coded, strict=True)]))


FACETS = (Facet.IS_OCCUPATIONAL, Facet.USE_CASE, Facet.COLLABORATION, Facet.INTENT, Facet.SOC_GROUP)


def train(work_dir: Path) -> dict[str, Any]:
    """Everything that the engine loads, and the card that says how good it is."""
    embedder, store = Embedder(work_dir / "model", Kernel.FP32), VectorStore(work_dir / "vectors.sqlite")
    data = load_training_set(embedder, store)
    arrays: dict[str, Any] = {
        "shape_mean": data.shapes.mean(axis=0),
        "shape_spread": np.maximum(data.shapes.std(axis=0), 1e-6),
    }
    inputs = features(data.vectors, data.shapes, arrays["shape_mean"], arrays["shape_spread"])
    heads: dict[str, Any] = {}
    groups = np.zeros(0)
    for facet in FACETS:
        arrays[facet.value], heads[facet.value], likely = train_facet(facet, data, inputs)
        print(facet.value, heads[facet.value]["accuracy"], flush=True)
        groups = spread_groups(likely, heads[facet.value]["labels"]) if facet == Facet.SOC_GROUP else groups
    arrays["activities"], heads["activities"], activities = train_activities(data)
    index = open_index(embedder, store, heads["activities"]["labels"], _progress("bank"))
    arrays["task_calibration"], task = train_tasks(data, activities, groups, index)
    return {"arrays": arrays, "card": _card(heads, task, len(data.labels), embedder)}


def _card(heads: dict[str, Any], task: dict[str, Any], count: int, embedder: Embedder) -> dict[str, Any]:
    return {
        "model": MODEL_NAME,
        "encoder_hash": embedder.model_hash,
        "labels_sha256": hashlib.sha256(labels_bytes()).hexdigest(),
        "bank_version": bank_version(),
        "window_version": WINDOW_VERSION,
        "structure_version": STRUCTURE_VERSION,
        "language_version": LANGUAGE_VERSION,
        "seed": SEED,
        "folds": FOLDS,
        "n": count,
        "heads": heads,
        "task": task,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, write the heads, and write the model card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work-dir", type=Path, default=Path(".oei/train"))
    work_dir = parser.parse_args(arguments).work_dir
    trained = train(work_dir)
    FOLDER.mkdir(exist_ok=True)
    fit.save_arrays(FOLDER / ARRAYS, trained["arrays"])
    (FOLDER / CARD).write_text(json.dumps(trained["card"], indent=1, sort_keys=True) + "\n")
    CARD_PAGE.write_text(model_card(trained["card"], len(STRUCTURE), soc_groups()))
    print(json.dumps(trained["card"]["task"], indent=1))


if __name__ == "__main__":
    main()
