"""Invented people for the benchmark of coverage: a few make many conversations, and each leans to their own work."""

from dataclasses import dataclass

import numpy as np

CELLS = np.array([0.45, 0.22, 0.14, 0.09, 0.05, 0.03, 0.015, 0.005])


@dataclass(frozen=True)
class Design:
    """n conversations of about n / 8 people (at least 6), whose conversations are alike by `rho`."""

    n: int
    rho: float

    @property
    def people(self) -> int:
        return max(6, self.n // 8)


def owners(rng: np.random.Generator, design: Design) -> np.ndarray:
    """Conversations of each person: popularity falls as a power of rank (Zipf, 0.9), as in logs."""
    popularity = 1 / np.arange(1, design.people + 1) ** 0.9
    return rng.multinomial(design.n, popularity / popularity.sum())


def leanings(rng: np.random.Generator, design: Design, cells: np.ndarray = CELLS) -> np.ndarray:
    """Each person's own shares: Dirichlet around `cells`, so that two conversations of one agree by rho more."""
    if design.rho == 0:
        return np.tile(cells, (design.people, 1))
    return rng.dirichlet(cells * (1 - design.rho) / design.rho, design.people)


def draw(rng: np.random.Generator, design: Design) -> np.ndarray:
    """One log: people by cells, counts of conversations."""
    return rng.multinomial(owners(rng, design), leanings(rng, design))


def two_weeks(rng: np.random.Generator, design: Design, in_both: float) -> tuple[np.ndarray, np.ndarray]:
    """Two weeks of the same world; a part `in_both` of the people is in both, each leaning as before."""
    first, second = leanings(rng, design), leanings(rng, design)
    stays = rng.random(design.people) < in_both
    second[stays] = first[stays]
    a, b = rng.multinomial(owners(rng, design), first), rng.multinomial(owners(rng, design), second)
    # those who are in one week alone have rows of their own
    joined = np.where(stays[:, None], b, 0)
    others = np.where(stays[:, None], 0, b)
    nobody = np.zeros_like(a)
    return np.vstack([a, nobody]), np.vstack([joined, others])
