"""The interval formulas of method 5.1 and 5.3 over many cells at once: plain numpy, none of the project's SQL."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

GRID = np.arange(1002) / 1000
T_AT_GRID = np.array([stats.norm.ppf(0.975), *stats.t.ppf(0.975, 1000 / np.arange(1, 1002))])


@dataclass(frozen=True)
class Shares:
    """Every cell of one table: share, ends, effective number; and the table's degrees of freedom."""

    share: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    n_eff: np.ndarray
    variance: np.ndarray
    df: float
    n: int


def t_of(df: float) -> float:
    """Student's t at 0.975, linear in 1/df as the seed table is."""
    return float(np.interp(1 / df, GRID, T_AT_GRID))


def df_of(h: np.ndarray) -> float:
    """Bell and McCaffrey's degrees of freedom of users with parts h of the denominator, at least 1."""
    return max(1.0, float(1 / ((h**2).sum() + (h**2 / (1 - h)).sum() ** 2 - (h**4 / (1 - h) ** 2).sum())))


def shares_of(y: np.ndarray) -> Shares | None:
    """Shares of a table of users (rows) by cells (columns) with unit weights; None where one user is all."""
    d = y.sum(axis=1)
    y, d = y[d > 0], d[d > 0]
    n = d.sum()
    h = d / n
    if (h >= 1 - 1e-12).any():
        return None
    p = y.sum(axis=0) / n
    squares = ((y - np.outer(d, p)) ** 2 / (1 - h)[:, None]).sum(axis=0)
    deff = _design_effect(squares.sum(), (p * (1 - p)).sum(), n, (d**2).sum())
    binomial = p * (1 - p)
    is_inside = (p > 1e-12) & (p < 1 - 1e-12)
    variance = np.maximum(squares / n**2, deff * binomial / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        n_eff = np.where(is_inside, np.minimum(n, binomial / variance), n / deff)
    df = df_of(h)
    lo, hi = wilson(p, n_eff, t_of(df))
    return Shares(p, lo, hi, n_eff, squares / n**2, df, int(n))


def _design_effect(squares: float, binomial: float, n: float, square_sum: float) -> float:
    """The pooled floor: what users lend to all cells of the table."""
    if square_sum <= n:
        return 1.0
    if binomial <= 1e-12:
        return square_sum / n
    rho = np.clip((squares - n * binomial) / ((square_sum - n) * binomial), 0, 1)
    return float(1 + rho * (square_sum / n - 1))


def wilson(p: np.ndarray, n: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's ends at an effective number; exact ones at 0 and 1."""
    middle = (p + t**2 / (2 * n)) / (1 + t**2 / n)
    half = t / (1 + t**2 / n) * np.sqrt(p * (1 - p) / n + t**2 / (4 * n**2))
    end = 0.025 ** (1 / n)
    lo = np.where(p <= 1e-12, 0, np.where(p >= 1 - 1e-12, end, middle - half))
    hi = np.where(p <= 1e-12, 1 - end, np.where(p >= 1 - 1e-12, 1, middle + half))
    return lo, hi


def difference(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Difference b - a and its ends (MOVER), with users who are the same rows on both sides."""
    of_a, of_b = shares_of(a), shares_of(b)
    if of_a is None or of_b is None:
        return None
    z_a, z_b = _influences(a, of_a.share), _influences(b, of_b.share)
    scale = np.sqrt(of_a.variance * of_b.variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.where(scale > 0, np.clip((z_a * z_b).sum(axis=0) / scale, -1, 1), 0)
    down_a, up_a = of_a.share - of_a.lo, of_a.hi - of_a.share
    down_b, up_b = of_b.share - of_b.lo, of_b.hi - of_b.share
    delta = of_b.share - of_a.share
    lower = np.sqrt(np.maximum(0, down_b**2 + up_a**2 - 2 * r * down_b * up_a))
    upper = np.sqrt(np.maximum(0, up_b**2 + down_a**2 - 2 * r * up_b * down_a))
    return delta, delta - lower, delta + upper


def _influences(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    d = y.sum(axis=1)
    n = d.sum()
    return (y - np.outer(d, p)) / (n * np.sqrt(1 - d / n))[:, None]
