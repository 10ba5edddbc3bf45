"""How often a week in which nothing drifted passes the limit of its distance, in worlds of heavy-tailed users.

`python -m benchmarks.drift_level`. The formulas are written out in numpy: the SQL is held to them by tests/dbt.
"""

import numpy as np
from scipy import stats

REPEATS, LEVELS = 1000, (0.05, 0.05 / 8)
# users, labels, how much a user keeps to one label, tail of users, conversations of the week and of the reference
WORLDS = (
    (8, 4, 0.5, 0.9, 60, 200),
    (40, 6, 0.5, 0.9, 100, 400),
    (160, 3, 0.5, 0.9, 400, 1500),
    (160, 24, 0.5, 0.9, 400, 1500),
    (200, 24, 0.8, 1.2, 500, 2000),
    (2000, 6, 0.3, 0.6, 3000, 12000),
)


def side(rng: np.random.Generator, world: tuple[int, int, float, float], own: np.ndarray, size: int) -> np.ndarray:
    """Conversations by user (rows) and label; own: what each user keeps to."""
    users, labels, keeping, tail = world
    activity = 1 / np.arange(1, users + 1) ** tail
    who = rng.choice(users, size, p=activity / activity.sum())
    label = np.where(rng.random(size) < keeping, own[who], rng.choice(own, size))
    y = np.zeros((users, labels))
    np.add.at(y, (who, label), 1)
    return y


def influences(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shares, and what each user pulls at them, by leverage."""
    d = y.sum(axis=1)
    p, h = y.sum(axis=0) / d.sum(), d / d.sum()
    return p, (y - p * d[:, None]) / (d.sum() * np.sqrt(1 - h))[:, None]


def passes(week: np.ndarray, reference: np.ndarray) -> list[bool]:
    """Whether the divergence passes its limit, at each level."""
    (p, z), (q, x) = influences(week), influences(reference)
    middle = (p + q) / 2
    there = middle > 0
    p, q, z, x, middle = p[there], q[there], z[:, there], x[:, there], middle[there]
    divergence = (stats.entropy(p, middle, base=2) + stats.entropy(q, middle, base=2)) / 2
    df = len(p) - 1
    independent = df * (1 / week.sum() + 1 / reference.sum())
    expected = max((((z - x) ** 2).sum(axis=0) / middle).sum(), independent) / (8 * np.log(2))
    return [bool(divergence > expected * stats.chi2.isf(level, df) / df) for level in LEVELS]


def main() -> None:
    """Print the share of null weeks that pass, world by world."""
    rng = np.random.default_rng(3)
    for users, labels, keeping, tail, *sizes in WORLDS:
        found = []
        for _ in range(REPEATS):
            own = rng.choice(labels, users, p=rng.dirichlet(np.full(labels, 2.0)))
            world = (users, labels, keeping, tail)
            found.append(passes(*(side(rng, world, own, size) for size in sizes)))
        shares = ", ".join(
            f"{share:.3f} at {level:.3f}" for share, level in zip(np.mean(found, axis=0), LEVELS, strict=True)
        )
        print(f"{users} users, {labels} labels, {sizes[0]} against {sizes[1]}: {shares}")


if __name__ == "__main__":
    main()
