"""The trained heads: linear classifiers over a vector and the shape of a conversation, with their calibration.

Only arrays and numbers are loaded, never code; training is train.py's.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from economic_index.vocabulary import Facet

ARRAYS, CARD = "heads.npz", "heads.json"
# A unit vector's 384 numbers are brought to the spread of the standardised shape features.
VECTOR_SCALE = 20.0
SHAPE_LIMIT = 4.0
Reals = npt.NDArray[np.float64]
Weights = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Head:
    """One facet: labels, weights [features + 1, labels] (bias last), temperature, and the threshold."""

    facet: str
    labels: tuple[str, ...]
    weights: Weights
    temperature: float
    threshold: float


@dataclass(frozen=True)
class Heads:
    """All heads, the shape's centre and spread, and the logistic weights that calibrate task picks."""

    facets: dict[str, Head]
    activities: Head
    shape_mean: Reals
    shape_spread: Reals
    task_calibration: Reals
    task_threshold: float
    card: dict[str, Any]

    def features(self, vectors: Weights, shapes: Reals) -> Reals:
        """Vector and shape side by side, and a one for the bias: [conversations, 384 + shapes + 1]."""
        return features(vectors, shapes, self.shape_mean, self.shape_spread)


def features(vectors: Weights, shapes: Reals, mean: Reals, spread: Reals) -> Reals:
    """The input of the heads; an outlandish shape counts as four spreads from the centre."""
    standard = np.clip((shapes - mean) / spread, -SHAPE_LIMIT, SHAPE_LIMIT)
    return np.hstack([vectors.astype(np.float64) * VECTOR_SCALE, standard, np.ones((len(vectors), 1))])


def bare_features(vectors: Weights) -> Reals:
    """The input of the head of work activities: the vector alone, and a one for the bias."""
    return np.hstack([vectors.astype(np.float64) * VECTOR_SCALE, np.ones((len(vectors), 1))])


def softmax(logits: Reals) -> Reals:
    """Probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Reals = shifted / shifted.sum(axis=-1, keepdims=True)
    return result


def probabilities(head: Head, inputs: Reals) -> Reals:
    """Calibrated probabilities of the head's labels, [conversations, labels]."""
    return softmax(inputs @ head.weights.astype(np.float64) / head.temperature)


def logistic(inputs: Reals, weights: Reals) -> Reals:
    """Probabilities of a logistic model, [rows]."""
    return 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))


def _file(name: str) -> bytes:
    return resources.files("economic_index.local").joinpath("heads", name).read_bytes()


@cache
def heads_hash() -> str:
    """Identity of the committed heads, 12 hex characters."""
    return hashlib.sha256(_file(ARRAYS) + _file(CARD)).hexdigest()[:12]


@cache
def load_heads() -> Heads:
    """The committed heads."""
    card = json.loads(_file(CARD))
    with np.load(io.BytesIO(_file(ARRAYS)), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    heads = {
        name: Head(name, tuple(entry["labels"]), arrays[name], entry["temperature"], entry["threshold"])
        for name, entry in card["heads"].items()
    }
    return Heads(
        facets={name: head for name, head in heads.items() if name in set(Facet)},
        activities=heads["activities"],
        shape_mean=arrays["shape_mean"],
        shape_spread=arrays["shape_spread"],
        task_calibration=arrays["task_calibration"],
        task_threshold=card["task"]["threshold"],
        card=card,
    )
