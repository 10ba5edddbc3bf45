"""Fits the linear heads: softmax regression with soft targets, temperature and logistic calibration, cross-fitting.

Deterministic, and without files of its own besides the arrays that are saved; nothing here knows a facet.
"""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from economic_index.local.heads import logistic, softmax

Reals = npt.NDArray[np.float64]
MAX_STEPS = 200
_TINY = 1e-12


def fit_softmax(inputs: Reals, targets: Reals, l2: float) -> Reals:
    """Weights [features, classes] that minimise cross-entropy plus l2/2 of their squares, the bias left free.

    `targets` rows sum to 1, or to 0 where a row is not to be learned from.
    """
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    rows = targets.sum(axis=1) > 0
    given, wanted = inputs[rows], targets[rows]
    size = (inputs.shape[1], targets.shape[1])

    def loss(flat: Reals) -> tuple[float, Reals]:
        weights = flat.reshape(size)
        likely = softmax(given @ weights)
        slope = given.T @ (likely - wanted) / len(given)
        slope[:-1] += l2 * weights[:-1]
        cost = -np.mean(np.sum(wanted * np.log(likely + _TINY), axis=1)) + l2 / 2 * np.sum(weights[:-1] ** 2)
        return float(cost), slope.ravel()

    options = {"maxiter": MAX_STEPS, "gtol": 1e-4}
    found = minimize(loss, np.zeros(size).ravel(), jac=True, method="L-BFGS-B", options=options)
    weights: Reals = found.x.reshape(size)
    return weights


def cross_fit(inputs: Reals, targets: Reals, l2: float, folds: npt.NDArray[np.int64]) -> Reals:
    """Logits of each row by a head that did not see its fold, [rows, classes]."""
    logits = np.empty(targets.shape)
    for fold in np.unique(folds):
        held = folds == fold
        logits[held] = inputs[held] @ fit_softmax(inputs[~held], targets[~held], l2)
    return logits


def fit_temperature(logits: Reals, targets: Reals) -> float:
    """The temperature under which the softmax of these logits is most likely, four decimals."""
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        likely = softmax(logits / np.exp(log_temperature))
        return float(-np.mean(np.sum(targets * np.log(likely + _TINY), axis=1)))

    found = minimize_scalar(loss, bounds=(-2.0, 2.0), method="bounded")
    return round(float(np.exp(found.x)), 4)


def fit_logistic(inputs: Reals, is_right: npt.NDArray[np.bool_], l2: float = 1e-3) -> Reals:
    """Weights of a logistic model of `is_right`, [features]; the last feature is the bias."""
    targets = np.column_stack([~is_right, is_right]).astype(np.float64)
    both = fit_softmax(inputs, targets, l2)
    weights: Reals = both[:, 1] - both[:, 0]
    return weights


def cross_fit_logistic(inputs: Reals, is_right: npt.NDArray[np.bool_], folds: npt.NDArray[np.int64]) -> Reals:
    """Probability of being right by a model that did not see the row's fold."""
    likely = np.empty(len(inputs))
    for fold in np.unique(folds):
        held = folds == fold
        likely[held] = logistic(inputs[held], fit_logistic(inputs[~held], is_right[~held]))
    return likely


def save_arrays(path: Path, arrays: dict[str, npt.NDArray[Any]]) -> None:
    """An .npz whose bytes depend on the arrays alone: numpy's own carries the time of writing."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            buffer = io.BytesIO()
            np.save(buffer, arrays[name], allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue())
