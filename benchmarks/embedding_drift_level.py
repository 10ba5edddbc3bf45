"""How often a week passes the limit of its mean vector's distance though nothing drifted; worlds of heavy-tailed users.

`python -m benchmarks.embedding_drift_level`. The formulas are written out in numpy: tests/dbt hold the SQL to them.
"""

import numpy as np
from scipy import stats

REPEATS, LEVELS, GROUPS, SIZE = 500, (0.05, 0.05 / 8), 50, 64
# users, how much of a vector is the user's, how much of that is of the week alone, tail of users, conversations of the
# week and of the reference
WORLDS = (
    (8, 0.5, 0.0, 0.9, 60, 200),
    (8, 0.5, 0.5, 0.9, 60, 200),
    (40, 0.5, 0.5, 0.9, 100, 400),
    (160, 0.2, 0.0, 0.9, 400, 1500),
    (160, 0.5, 0.5, 0.9, 400, 1500),
    (200, 0.8, 0.5, 1.2, 500, 2000),
    (2000, 0.3, 0.5, 0.6, 3000, 12000),
)
# how much a direction varies: a few vary most, as in a real encoder
SPREAD = np.arange(1, SIZE + 1) ** -0.5
SPREAD /= np.linalg.norm(SPREAD)
Side = tuple[np.ndarray, np.ndarray, float]


def side(
    rng: np.random.Generator,
    who: np.ndarray,
    own: np.ndarray,
    shares: tuple[float, float],
    weeks: int,
    group: np.ndarray,
) -> Side:
    """Sums of vectors and counts by group of users, and the sum of squared lengths."""
    part, weekly = shares
    of_weeks = np.sqrt(weekly) * rng.normal(size=(weeks, *own.shape)) * SPREAD
    noise = rng.normal(size=(len(who), SIZE)) * SPREAD
    theirs = np.sqrt(1 - weekly) * own[who] + of_weeks[rng.integers(0, weeks, len(who)), who]
    vectors = np.sqrt(part) * theirs + np.sqrt(1 - part) * noise
    vectors[:, 0] += 0.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    sums, counts = np.zeros((GROUPS, SIZE)), np.zeros(GROUPS)
    np.add.at(sums, group[who], vectors)
    np.add.at(counts, group[who], 1)
    return sums, counts, float((vectors**2).sum())


def pulls(sums: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean vector, and what each group pulls at it, by leverage; one that is all pulls nothing."""
    total = counts.sum()
    mean, left = sums.sum(axis=0) / total, 1 - counts / total
    scale = np.where(left > 1e-12, 1 / (total * np.sqrt(np.maximum(left, 1e-12))), 0.0)
    return mean, (sums - mean * counts[:, None]) * scale[:, None]


def passes(week: Side, reference: Side) -> list[bool]:
    """Whether the squared distance passes its limit, at each level."""
    (p, z), (q, x) = pulls(*week[:2]), pulls(*reference[:2])
    products = (z - x) @ (z - x).T
    lengths, squares = np.diag(products), (products**2).sum()
    apart = squares - (lengths**2).sum()
    df = max(1.0, (lengths.sum() ** 2 - (lengths**2).sum()) / apart) if apart > 0 else 1.0
    n, m = week[1].sum(), reference[1].sum()
    spread = (week[2] + reference[2]) / (n + m) - (((n * p + m * q) / (n + m)) ** 2).sum()
    expected = max(lengths.sum(), spread * (1 / n + 1 / m))
    return [bool(((p - q) ** 2).sum() > expected * stats.chi2.isf(level, df) / df) for level in LEVELS]


def main() -> None:
    """Print the share of null weeks that pass, world by world."""
    rng = np.random.default_rng(3)
    for users, part, weekly, tail, size, reference_size in WORLDS:
        activity = 1 / np.arange(1, users + 1) ** tail
        found = []
        for _ in range(REPEATS):
            own = rng.normal(size=(users, SIZE)) * SPREAD
            group = rng.integers(0, GROUPS, users)
            sides = []
            for count, weeks in ((size, 1), (reference_size, 4)):
                who = rng.choice(users, count, p=activity / activity.sum())
                sides.append(side(rng, who, own, (part, weekly), weeks, group))
            found.append(passes(*sides))
        shares = ", ".join(
            f"{share:.3f} at {level:.3f}" for share, level in zip(np.mean(found, axis=0), LEVELS, strict=True)
        )
        print(f"{users} users ({part} their own, {weekly} of it by week), {size} against {reference_size}: {shares}")


if __name__ == "__main__":
    main()
