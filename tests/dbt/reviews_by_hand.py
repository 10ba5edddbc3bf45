"""What corrected shares must say, from labels and reviews alone: numpy, without a line of the project's SQL.

Written from the formulas of method 5.4; worlds are small, so everything is a dense matrix.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from by_hand import GRID, T_AT_GRID

MODES = {
    **dict.fromkeys(("directive", "feedback_loop"), "automation"),
    **dict.fromkeys(("task_iteration", "learning", "validation"), "augmentation"),
}


@dataclass(frozen=True)
class Corrected:
    """Every label of one facet, in the order of `labels`."""

    labels: list[str]
    p: np.ndarray
    v_s: np.ndarray
    v_r: np.ndarray
    variance: np.ndarray
    df: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    second: np.ndarray
    second_variance: np.ndarray


def t_of(df: float) -> float:
    """Student's t at 0.975, linear in 1/df and with nine decimals, as the seed table is: ends near 0 show the tenth."""
    return float(np.interp(1 / df, GRID, np.round(T_AT_GRID, 9)))


def kish(weights: pd.Series) -> float:
    """Kish's number."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def strata_of(rows: pd.DataFrame) -> dict[str, str]:
    """Stratum of each predicted label of the pattern: rare ones go together within their mode, then all, then along."""
    reviewed = rows[rows["is_reviewed"]]
    weight = reviewed["weight"] / reviewed["pi"]
    names = sorted(rows["predicted"].unique())
    of = {name: weight[reviewed["predicted"] == name] for name in names}
    stratum = {name: name for name in names if kish(of[name]) >= 5 - 1e-9}
    rare = [name for name in names if name not in stratum]
    for mode in {MODES.get(name, name) for name in rare}:
        group = [name for name in rare if MODES.get(name, name) == mode]
        if kish(pd.concat([of[name] for name in group])) >= 5 - 1e-9:
            stratum |= dict.fromkeys(group, f"other {mode}")
    rest = [name for name in rare if name not in stratum]
    if rest:
        together = kish(pd.concat([of[name] for name in rest])) >= 5 - 1e-9
        largest = max((of[name].sum(), kept, name) for name, kept in stratum.items())[1] if stratum else "other"
        stratum |= dict.fromkeys(rest, "other" if together else largest)
    return stratum


def credits_of(rows: pd.DataFrame, labels: list[str]) -> np.ndarray:
    """Conversations by labels: 1, or a half for each of two."""
    first = rows["label"].to_numpy()[:, None] == np.array(labels)
    second = rows["second"].fillna("").to_numpy()[:, None] == np.array(labels)
    two = rows["second"].notna().to_numpy()[:, None]
    return np.where(two, (first + second) / 2.0, first)


def corrected(rows: pd.DataFrame, target: str = "process") -> Corrected:
    """Method 5.4, both estimators."""
    rows = rows.reset_index(drop=True)
    s = rows[rows["is_reviewed"]].reset_index(drop=True)
    known = set(rows["predicted"]) | set(s["label"]) | set(s["second"].dropna())
    labels = sorted(known - {"_unclassified"})
    stratum = strata_of(rows)
    names = sorted(set(stratum.values()))
    w, omega = rows["weight"].to_numpy(), (s["weight"] / s["pi"]).to_numpy()
    big_d = w.sum()
    in_stratum = rows["predicted"].map(stratum).to_numpy()[:, None] == np.array(names)
    s_stratum = s["predicted"].map(stratum).to_numpy()[:, None] == np.array(names)
    y = credits_of(s, labels)
    f = (in_stratum * w[:, None]).sum(axis=0) / big_d
    n_hat = (s_stratum * omega[:, None]).sum(axis=0)
    rates = (s_stratum * omega[:, None]).T @ y / n_hat[:, None]
    n_k = n_hat**2 / (s_stratum * omega[:, None] ** 2).sum(axis=0)
    p = f @ rates
    smoothed = (n_k[:, None] * rates + 0.5) / (n_k[:, None] + 1)
    per_stratum = f[:, None] ** 2 * smoothed * (1 - smoothed) / (n_k[:, None] + 1)
    is_process = target == "process"
    n_of_stratum = (in_stratum * w[:, None]).sum(axis=0) ** 2 / (in_stratum * w[:, None] ** 2).sum(axis=0)
    if not is_process:
        per_stratum = per_stratum * np.maximum(0, 1 - n_k / n_of_stratum)[:, None]
    v_r = per_stratum.sum(axis=0)
    users = np.unique(rows["cluster"])
    mine = (rows["cluster"].to_numpy()[:, None] == users).astype(float)
    h = mine.T @ w / big_d
    kish_n = big_d**2 / (w**2).sum()
    x = in_stratum @ rates
    e = mine.T @ (w[:, None] * (x - p)) / big_d
    explained = (f[:, None] * (rates - p) ** 2).sum(axis=0)
    heaping = kish_n * (h**2).sum() - 1
    binomial = p * (1 - p)
    rho_x = (kish_n**2 * (e**2 / (1 - h)[:, None]).sum() - kish_n * explained.sum()) / (
        (kish_n**2 * (h**2).sum() - kish_n) * explained.sum()
    )
    r_squared = explained.sum() / binomial.sum()
    rho_y = min(1, np.clip(rho_x, 0, 1) / r_squared)
    v_s = binomial / kish_n * (1 + rho_y * heaping) * is_process
    s_mine = (s["cluster"].to_numpy()[:, None] == users).astype(float)
    pulls = (omega / (s_stratum @ n_hat) * (s_stratum @ f))[:, None] * (y - s_stratum @ rates)
    z = e / np.sqrt(1 - h)[:, None] + s_mine.T @ pulls
    variance = np.maximum(v_s + v_r, (z**2).sum(axis=0) * is_process)
    nu = max(1.0, 1 / ((h**2).sum() + (h**2 / (1 - h)).sum() ** 2 - (h**4 / (1 - h) ** 2).sum()))
    df = np.maximum(1, variance**2 / (v_s**2 / nu + v_r**2 / max(1, len(s) - len(names))))
    ends = [_interval(*one) for one in zip(p, variance, df, strict=True)]
    second = _second(rows, s, labels, y, omega, (mine, s_mine, h), (v_s, is_process))
    return Corrected(labels, p, v_s, v_r, variance, df, *np.array(ends).T, *second)


def _interval(p: float, variance: float, df: float) -> tuple[float, float]:
    t = t_of(df)
    if variance <= 1e-15:
        return p, p
    if p <= 1e-12:
        return 0.0, min(1.0, t * np.sqrt(variance))
    if p >= 1 - 1e-12:
        return max(0.0, 1 - t * np.sqrt(variance)), 1.0
    n = p * (1 - p) / variance
    middle = (p + t**2 / (2 * n)) / (1 + t**2 / n)
    half = t / (1 + t**2 / n) * np.sqrt(p * (1 - p) / n + t**2 / (4 * n**2))
    return middle - half, middle + half


def _second(rows, s, labels, y, omega, people, first):
    """The difference with one slope, the whole frame one stratum."""
    (mine, s_mine, h), (v_s, is_process) = people, first
    w = rows["weight"].to_numpy()
    f = (rows["predicted"].to_numpy()[:, None] == np.array(labels)).astype(float)
    f_s = (s["predicted"].to_numpy()[:, None] == np.array(labels)).astype(float)
    part = omega / omega.sum()
    covariance = part @ (y * f_s) - (part @ y) * (part @ f_s)
    variance_f = part @ f_s**2 - (part @ f_s) ** 2
    slope = np.clip(covariance.sum() / variance_f.sum(), 0, 1) if variance_f.sum() > 1e-12 else 0.0
    rest = y - slope * f_s
    mean = part @ rest
    share = w @ f / w.sum()
    phi = slope * (mine.T @ (w[:, None] * (f - share)) / w.sum()) + s_mine.T @ (part[:, None] * (rest - mean))
    n = omega.sum() ** 2 / (omega**2).sum()
    of_mean = (part @ (rest - mean) ** 2) / (n - 1)
    g = len(h)
    if is_process:
        variance = np.maximum((phi**2).sum(axis=0) * g / (g - 1), v_s + of_mean)
    else:
        variance = of_mean * max(0, 1 - n * (w**2).sum() / w.sum() ** 2)
    return slope * share + mean, variance
