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

from economic_index.assign.retrieval import BankIndex, evidence, pick_tasks, task_scores
from economic_index.evaluate.agreement import choose_threshold
from economic_index.local import fit
from economic_index.local.answers import spread
from economic_index.local.bank import bank_version
from economic_index.local.bank_index import open_index, soc_groups
from economic_index.local.embedder import MODEL_NAME, Embedder
from economic_index.local.heads import ARRAYS, CARD, bare_features, features, softmax
from economic_index.local.kernel import Kernel
from economic_index.local.language import LANGUAGE_VERSION, MEASURED, detect
from economic_index.local.measures import acceptable_shares, group_accuracy, measure_facet, measure_tasks
from economic_index.local.model_card import model_card
from economic_index.local.structure import STRUCTURE, STRUCTURE_VERSION, structure
from economic_index.local.training_data import Labelled, labelled_conversations, labels_bytes
from economic_index.local.vectors import VectorStore
from economic_index.local.window import WINDOW_VERSION, render
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
    entry = measure_facet(classes, np.array(truth)[is_judged].tolist(), likely[is_judged], FACET_BAR)
    weights = fit.fit_softmax(inputs, targets, L2).astype(np.float32)
    return weights, {"labels": classes, "temperature": temperature, **entry}, likely


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


def train_tasks(data: TrainingSet, activities: Reals, groups: Reals, index: BankIndex) -> tuple[Reals, dict[str, Any]]:
    """Calibration of the task picks, and how acceptable they are, over the occupational conversations."""
    used = np.array([bool(label["is_occupational"]) for label in data.labels])
    labels = [label for label, is_used in zip(data.labels, used, strict=True) if is_used]
    scores = task_scores(data.vectors[used], activities[used], groups[used], index)
    proof = evidence(scores, activities[used], groups[used], index)
    shares = acceptable_shares(labels)
    right = shares[np.arange(len(scores)), scores.argmax(axis=1)] > 0
    confidence = fit.cross_fit_logistic(proof, right, data.folds[used])
    chosen = choose_threshold(np.round(confidence, 4), right, TASK_BAR)
    card = measure_tasks(scores, shares, pick_tasks(scores, index), chosen, index)
    coded = [label["soc_groups"] for label in labels]
    card["soc_group_of_first"] = group_accuracy(scores, index, coded, soc_groups())
    return fit.fit_logistic(proof, right), card


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
        groups = spread(likely, heads[facet.value]["labels"], soc_groups()) if facet == Facet.SOC_GROUP else groups
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
