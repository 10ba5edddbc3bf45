"""How often the 95 % intervals of mix and within hold what is true, in worlds of heavy-tailed users (method 5.7).

`python -m benchmarks.mix_coverage`. The formulas are written out in numpy: the SQL is held to them by tests/dbt.
"""

import sys

import numpy as np
from scipy import stats

TASKS, GROUPS, REPEATS = 300, 8, 400
# users, conversations a side, how much a user keeps to one task, spread of users' rates (logits)
WORLDS = ((60, 400, 0.5, 1.0), (200, 1500, 0.5, 1.0), (200, 1500, 0.2, 0.5))
# from how many conversations of both sides a task is a cell of its own; the project's is 30
SPARSE = (0, 10, 30, 100)

Side = tuple[np.ndarray, np.ndarray]


def tasks() -> tuple[np.ndarray, np.ndarray]:
    """Shares of tasks on both sides, and how far each is automated (logit): the same in all repeats."""
    rng = np.random.default_rng(5)
    share = 1 / np.arange(1, TASKS + 1) ** 0.9
    both = np.array([share, share * np.exp(0.4 * rng.standard_normal(TASKS))])
    return both / both.sum(axis=1, keepdims=True), rng.normal(0, 1, TASKS)


def draw(rng: np.random.Generator, world: tuple[int, int, float, float]) -> list[Side]:
    """Conversations of users by task on both sides, and how many are automation; most users are on both."""
    users, count, keeping, spread = world
    share, logit = tasks()
    activity, leaning = rng.pareto(1.1, users) + 0.3, spread * rng.standard_normal(users)
    sides = []
    for side in (0, 1):
        p = activity * (rng.random(users) < 0.8)
        who = rng.choice(users, count, p=p / p.sum())
        own, other = rng.choice(TASKS, users, p=share[side]), rng.choice(TASKS, count, p=share[side])
        task = np.where(rng.random(count) < keeping, own[who], other)
        is_automation = rng.random(count) < 1 / (1 + np.exp(-(logit[task] + 0.3 * side + leaning[who])))
        d, y = np.zeros((2, users, TASKS))
        np.add.at(d, (who, task), 1)
        np.add.at(y, (who, task), is_automation)
        sides.append((d, y))
    return sides


def true_sums(spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Share of each task on both sides, and share times rate, over all users that there could be."""
    share, logit = tasks()
    at, weight = np.polynomial.hermite_e.hermegauss(41)
    logits = logit[None, :, None] + 0.3 * np.arange(2)[:, None, None] + spread * at
    return share, share * (1 / (1 + np.exp(-logits)) @ (weight / weight.sum()))


def rates(d: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shares and rates of cells (columns) on both sides (rows); a side without a cell has the rate of the other."""
    with np.errstate(invalid="ignore"):
        r = y / d
    return d / d.sum(axis=1, keepdims=True), np.where(np.isnan(r), r[::-1], r)


def parts(d: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mix and within (Kitagawa 1955)."""
    m, r = rates(d, y)
    return np.array(
        [((m[1] - m[0]) * (r.mean(axis=0) - (m * r).sum(axis=1).mean())).sum(), (m.mean(axis=0) * (r[1] - r[0])).sum()]
    )


def standard_errors(sides: list[Side]) -> np.ndarray:
    """Roots of the summed squares of phi_M and phi_W."""
    d, y = (np.array([side[kind].sum(axis=0) for side in sides]) for kind in (0, 1))
    m, r = rates(d, y)
    a, b = [], []
    for t, (d_u, y_u) in enumerate(sides):
        whole = d_u.sum(axis=1, keepdims=True)
        root = 1 / np.sqrt(1 - whole / whole.sum())
        a.append(root * (d_u - m[t] * whole) / whole.sum())
        b.append(root * (y_u - r[t] * d_u) / np.maximum(d[t], 1e-300))
    b = [np.where(d[t] > 0, b[t], b[1 - t]) for t in (0, 1)]
    mix = r.mean(axis=0) * (a[1] - a[0]) + (m[1] - m[0]) / 2 * (b[0] + b[1])
    within = (r[1] - r[0]) / 2 * (a[0] + a[1]) + m.mean(axis=0) * (b[1] - b[0])
    return np.sqrt([(phi.sum(axis=1) ** 2).sum() for phi in (mix, within)])


def degrees_of_freedom(sides: list[Side]) -> float:
    """Of the side that has fewer (Bell and McCaffrey 2002)."""
    found = []
    for d_u, _ in sides:
        h = d_u.sum(axis=1) / d_u.sum()
        found.append(1 / ((h**2).sum() + (h**2 / (1 - h)).sum() ** 2 - (h**4 / (1 - h) ** 2).sum()))
    return max(1.0, min(found))


def repeat(seed: int, world: tuple[int, int, float, float], sparse: int) -> tuple[np.ndarray, np.ndarray]:
    """Of mix and within in one world drawn: whether the interval holds what is true, and the error."""
    sides = draw(np.random.default_rng(seed), world)
    together = sum(d.sum(axis=0) for d, _ in sides)
    cell = np.where(together >= sparse, GROUPS + np.arange(TASKS), np.arange(TASKS) % GROUPS)
    names, number = np.unique(cell, return_inverse=True)
    merge = np.eye(len(names))[number]
    merge = merge[:, together @ merge > 0]
    sides = [(d @ merge, y @ merge) for d, y in sides]
    d, y = (np.array([side[kind].sum(axis=0) for side in sides]) for kind in (0, 1))
    truth = parts(*(sums @ merge for sums in true_sums(world[3])))
    error = parts(d, y) - truth
    return np.abs(error) <= stats.t.ppf(0.975, degrees_of_freedom(sides)) * standard_errors(sides), error


def main() -> None:
    """Coverage and bias of each world and rule; the number of repeats may be given."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS
    for world in WORLDS:
        for sparse in SPARSE:
            found = [repeat(seed, world, sparse) for seed in range(repeats)]
            covered, bias = (np.mean([each[kind] for each in found], axis=0) for kind in (0, 1))
            names = "{} users, {} a side, keeping {}, spread {}".format(*world)
            of_mix, of_within = (f"covers {covered[k]:.3f}, bias {bias[k]:+.4f}" for k in (0, 1))
            print(f"{names}, cells from {sparse}: mix {of_mix}; within {of_within}", flush=True)


if __name__ == "__main__":
    main()
