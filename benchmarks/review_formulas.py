"""Corrected shares by method 5.4 for benchmarks: plain numpy over one log, none of the project's SQL.

Variances are returned in parts, so that a benchmark can show what each part is worth.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.coverage_formulas import df_of, t_of

LEAST = 5


@dataclass(frozen=True)
class Log:
    """Conversations: user, predicted label (the last is none), true label, chance of review, and whether reviewed."""

    user: np.ndarray
    predicted: np.ndarray
    true: np.ndarray
    chance: np.ndarray
    is_reviewed: np.ndarray
    labels: int


@dataclass(frozen=True)
class Found:
    """Every label: the corrected share, the parts of its variance, and the numbers behind its degrees of freedom."""

    share: np.ndarray
    sampling: np.ndarray
    sampling_seen: np.ndarray
    reviewing: np.ndarray
    reviewing_rest: np.ndarray
    joint: np.ndarray
    user_df: float
    review_df: float
    bearing: np.ndarray


def strata(log: Log) -> np.ndarray:
    """Stratum of each predicted label: rare ones are one, or go with the most reviewed one."""
    weight = np.where(log.is_reviewed, 1 / log.chance, 0)
    first = np.bincount(log.predicted, weight, log.labels + 1)
    second = np.bincount(log.predicted, weight**2, log.labels + 1)
    of = np.arange(log.labels + 1)
    rare = first**2 < (LEAST - 1e-9) * np.maximum(second, 1e-300)
    if rare.any():
        enough = first[rare].sum() ** 2 >= (LEAST - 1e-9) * max(second[rare].sum(), 1e-300)
        of[rare] = of[rare][0] if enough else np.where(rare, -1, first).argmax()
    return of


def correct(log: Log) -> Found:
    """The post-stratified estimator and its variances, unit weights."""
    of = strata(log)
    names, stratum = np.unique(of[log.predicted], return_inverse=True)
    k, c, n = len(names), log.labels, len(log.user)
    s = np.flatnonzero(log.is_reviewed)
    omega, s_stratum = 1 / log.chance[s], stratum[s]
    y = np.eye(c)[log.true[s]]
    f = np.bincount(stratum, minlength=k) / n
    n_hat = np.bincount(s_stratum, omega, k)
    n_k = n_hat**2 / np.bincount(s_stratum, omega**2, k)
    rates = np.zeros((k, c))
    np.add.at(rates, s_stratum, omega[:, None] * y)
    rates /= n_hat[:, None]
    p = f @ rates
    smoothed = (n_k[:, None] * rates + 0.5) / (n_k[:, None] + 1)
    by_stratum = f[:, None] ** 2 * smoothed * (1 - smoothed) / (n_k[:, None] + 1)
    rest = np.maximum(0, 1 - n_k / (f * n))
    users, who = np.unique(log.user, return_inverse=True)
    h = np.bincount(who, minlength=len(users)) / n
    d = np.zeros((len(users), k))
    np.add.at(d, (who, stratum), 1)
    e = d @ (rates - p) / n
    explained, binomial = (f[:, None] * (rates - p) ** 2).sum(axis=0), p * (1 - p)
    squares, heaping = (e**2 / (1 - h)[:, None]).sum(), n * (h**2).sum() - 1
    rho = (n**2 * squares - n * explained.sum()) / max(1e-300, n * heaping * explained.sum())
    rho = float(np.clip(rho, 0, 1)) if explained.sum() > 1e-12 else 1.0
    r_squared = explained.sum() / binomial.sum() if binomial.sum() > 0 else 0.0
    rho_true = min(1.0, rho / r_squared) if r_squared > 1e-12 else 1.0
    z = e / np.sqrt(1 - h)[:, None]
    np.add.at(z, who[s], (f[s_stratum] * omega / n_hat[s_stratum])[:, None] * (y - rates[s_stratum]))
    # what a reader would do who takes the engine's labels for the true ones: the user effect that they show
    seen = np.maximum((e**2 / (1 - h)[:, None]).sum(axis=0), explained / n * (1 + rho * heaping))
    sampling = binomial / n * (1 + rho_true * heaping)
    bearing = np.array([((log.true[s] == label) | (log.predicted[s] == label)).sum() for label in range(c)])
    return Found(
        p, sampling, seen, by_stratum.sum(axis=0), (by_stratum * rest[:, None]).sum(axis=0), (z**2).sum(axis=0),
        df_of(h), max(1, len(s) - k), bearing,
    )  # fmt: skip


def interval(found: Found, sampling: np.ndarray, reviewing: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Both ends, labels in columns: Wilson's at the effective number, by its variance at 0."""
    variance = np.maximum(sampling + reviewing, floor)
    parts = sampling**2 / found.user_df + reviewing**2 / found.review_df
    df = np.maximum(1, variance**2 / np.maximum(parts, 1e-300))
    t = np.array([t_of(one) for one in df])
    p = found.share
    is_inside = (p > 1e-12) & (p < 1 - 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        n = p * (1 - p) / variance
        middle = (p + t**2 / (2 * n)) / (1 + t**2 / n)
        half = t / (1 + t**2 / n) * np.sqrt(p * (1 - p) / n + t**2 / (4 * n**2))
    end = np.minimum(1, t * np.sqrt(variance))
    lo = np.where(is_inside, middle - half, np.where(p < 0.5, 0, 1 - end))
    hi = np.where(is_inside, middle + half, np.where(p < 0.5, end, 1))
    return np.stack([lo, hi])
