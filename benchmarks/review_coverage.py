"""Do the intervals of corrected shares hold? `python -m benchmarks.review_coverage [--draws N] [--without-dbt]`.

Invented logs of 200 heavy-tailed users whose conversations are alike (rho 0.2), labelled by an engine that is right in
65 of 100, with 60 or 200 reviews; some of the same draws go through the real dbt models. Target: 93 to 97 %.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.review_dbt import through_dbt
from benchmarks.review_formulas import Found, Log, correct, interval

SEED = 20_261_126
# directive, learning, task iteration, none, feedback loop, validation: about as 4,000 labelled conversations have them
TRUE = np.array([0.385, 0.331, 0.204, 0.044, 0.022, 0.014])
USERS, CONVERSATIONS, RHO, RIGHT, UNCLASSIFIED = 200, 2_000, 0.2, 0.65, 0.05


@dataclass(frozen=True)
class Design:
    """So many reviews, drawn uniformly or by predicted label."""

    reviews: int
    is_stratified: bool = False

    def __str__(self) -> str:
        return f"{self.reviews} reviews, {'by predicted label' if self.is_stratified else 'uniform'}"


DESIGNS = (Design(60), Design(200), Design(200, is_stratified=True))
WAYS: dict[str, Callable[[Found], np.ndarray]] = {
    "sum, user effect as the engine shows it": lambda f: interval(f, f.sampling_seen, f.reviewing, 0 * f.joint),
    "joint influence alone": lambda f: interval(f, f.sampling * 0, f.joint, f.joint),
    "sum, user effect disattenuated": lambda f: interval(f, f.sampling, f.reviewing, 0 * f.joint),
    "the same, floored by joint influence (ours)": lambda f: interval(f, f.sampling, f.reviewing, f.joint),
}


def draw(rng: np.random.Generator, design: Design) -> Log:
    """One log."""
    popularity = 1 / np.arange(1, USERS + 1) ** 0.9
    user = np.repeat(np.arange(USERS), rng.multinomial(CONVERSATIONS, popularity / popularity.sum()))
    leaning = rng.dirichlet(TRUE * (1 - RHO) / RHO, USERS).cumsum(axis=1)
    true = np.minimum((rng.random(CONVERSATIONS)[:, None] > leaning[user]).sum(axis=1), len(TRUE) - 1)
    others = np.array([TRUE * (np.arange(len(TRUE)) != label) for label in range(len(TRUE))])
    others = (others / others.sum(axis=1, keepdims=True)).cumsum(axis=1)
    wrong = np.minimum((rng.random(CONVERSATIONS)[:, None] > others[true]).sum(axis=1), len(TRUE) - 1)
    predicted = np.where(rng.random(CONVERSATIONS) < RIGHT, true, wrong)
    predicted = np.where(rng.random(CONVERSATIONS) < UNCLASSIFIED, len(TRUE), predicted)
    chance = _chances(design, predicted)
    return Log(user, predicted, true, chance, rng.random(CONVERSATIONS) < chance, len(TRUE))


def _chances(design: Design, predicted: np.ndarray) -> np.ndarray:
    """Chances of review: equal, or as the square root of the share of the label, and ten of each (method 5.5)."""
    if not design.is_stratified:
        return np.full(len(predicted), design.reviews / len(predicted))
    counts = np.bincount(predicted, minlength=len(TRUE) + 1)
    wanted = np.maximum(10, design.reviews * counts / counts.sum())
    return np.minimum(1, wanted / np.maximum(1, counts))[predicted]


def coverage(design: Design, draws: int) -> dict[str, tuple[float, float]]:
    """Share of intervals that hold the truth, of labels with ten reviews and of all, by way of computing them."""
    rng = np.random.default_rng([SEED, design.reviews, design.is_stratified])
    held: dict[str, list[np.ndarray]] = {way: [] for way in (*WAYS, "these logs (ours)", "uncorrected")}
    bearing, widths = [], []
    for _ in range(draws):
        log = draw(rng, design)
        found = correct(log)
        bearing.append(found.bearing >= 10)
        for way, ends in WAYS.items():
            lo, hi = ends(found)
            held[way].append((lo <= TRUE) & (hi >= TRUE))
        widths.append(hi - lo)
        realised = np.bincount(log.true, minlength=len(TRUE)) / len(log.true)
        lo, hi = interval(found, 0 * found.sampling, found.reviewing_rest, 0 * found.joint)
        held["these logs (ours)"].append((lo <= realised) & (hi >= realised))
        held["uncorrected"].append(_uncorrected(log))
    enough = np.array(bearing)
    print(f"  mean width of ours where ten reviews bear on the label: {np.array(widths)[enough].mean():.3f}")
    return {way: (float(np.array(rows)[enough].mean()), float(np.mean(rows))) for way, rows in held.items()}


def _uncorrected(log: Log) -> np.ndarray:
    """Whether the interval of method 5.1 over the engine's own labels holds the truth."""
    from benchmarks.coverage_formulas import shares_of

    table = np.zeros((USERS, len(TRUE) + 1))
    np.add.at(table, (log.user, log.predicted), 1)
    shares = shares_of(table)
    assert shares is not None
    return ((shares.lo <= np.append(TRUE, 0)) & (shares.hi >= np.append(TRUE, 0)))[: len(TRUE)]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.review_coverage", description=__doc__)
    parser.add_argument("--draws", type=int, default=2_000)
    parser.add_argument("--without-dbt", action="store_true")
    given = parser.parse_args()
    for design in DESIGNS:
        print(f"{design}: {given.draws} draws; labels with ten reviews, all labels")
        for way, (of_enough, of_all) in coverage(design, given.draws).items():
            print(f"  {way:48} {100 * of_enough:5.1f} % {100 * of_all:5.1f} %", flush=True)
    if not given.without_dbt:
        for design in DESIGNS:
            rng = np.random.default_rng([SEED, design.reviews, design.is_stratified])
            with tempfile.TemporaryDirectory() as home:
                print(through_dbt(Path(home), [draw(rng, design) for _ in range(40)], TRUE), flush=True)


if __name__ == "__main__":
    main()
