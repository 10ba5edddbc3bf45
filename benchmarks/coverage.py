"""Do the 95 % intervals hold? `python -m benchmarks.coverage [--quick] [--without-dbt] [--picture PATH]`.

Thousands of invented logs in plain numpy, some of them again through the real dbt models; compared with the truth
that they were drawn from. Targets: 93 to 97 % where there is evidence (n_eff >= 30, df >= 5, n_eff min(p, 1-p) >= 5),
at least 93 % in rarer cells, and no difference told in at least 93 % of comparisons between equals.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.coverage_dbt import through_dbt
from benchmarks.coverage_formulas import difference, shares_of
from benchmarks.coverage_worlds import CELLS, Design, draw, two_weeks

SIZES = (10, 40, 100, 300, 1_000, 10_000, 100_000)
RHOS = (0.0, 0.05, 0.2, 0.5)
DRAWS = 2_000
SEED = 20_261_126


@dataclass
class Tally:
    """Intervals that held the truth, and all of them."""

    held: int = 0
    made: int = 0
    width: float = 0.0

    def add(self, is_held: np.ndarray, width: np.ndarray) -> None:
        self.held += int(is_held.sum())
        self.made += len(is_held)
        self.width += float(width.sum())

    @property
    def share(self) -> float:
        return self.held / self.made if self.made else np.nan


def draws_of(n: int, draws: int) -> int:
    """Fewer draws where one has a hundred thousand conversations."""
    return max(100, draws // 5) if n >= 100_000 else draws


def shares(design: Design, draws: int) -> dict[str, Tally]:
    """Coverage of the shares of one design, cells with evidence and rarer ones apart; cells never seen count too."""
    rng = np.random.default_rng([SEED, design.n, int(100 * design.rho)])
    tallies = {"with evidence": Tally(), "rarer": Tally()}
    for _ in range(draws):
        found = shares_of(draw(rng, design))
        if found is None:
            continue
        p = found.share
        has_evidence = (found.n_eff >= 30) & (found.df >= 5) & (found.n_eff * np.minimum(p, 1 - p) >= 5)
        held = (found.lo <= CELLS) & (found.hi >= CELLS)
        for name, rows in (("with evidence", has_evidence), ("rarer", ~has_evidence)):
            tallies[name].add(held[rows], (found.hi - found.lo)[rows])
    return tallies


def equals(design: Design, draws: int, kind: str) -> float:
    """Share of comparisons between equals in which no difference is told: two weeks, or halves of one week's people."""
    rng = np.random.default_rng([SEED, design.n, int(100 * design.rho), len(kind)])
    untold = made = 0
    for _ in range(draws):
        if kind == "halves":
            log = draw(rng, design)
            is_first = rng.random(len(log)) < 0.5
            a, b = np.where(is_first[:, None], log, 0), np.where(is_first[:, None], 0, log)
        else:
            a, b = two_weeks(rng, design, float(kind))
        if not (a.sum() and b.sum()):
            continue
        compared = difference(a, b)
        if compared is None:
            continue
        _, lo, hi = compared
        is_seen = (a.sum(axis=0) + b.sum(axis=0)) > 0
        untold += int(((lo <= 0) & (hi >= 0))[is_seen].sum())
        made += int(is_seen.sum())
    return untold / made if made else np.nan


def run(draws: int, sizes: tuple[int, ...]) -> pd.DataFrame:
    """One row a design."""
    rows = []
    for rho in RHOS:
        for n in sizes:
            design = Design(n, rho)
            found = shares(design, draws_of(n, draws))
            row = {"rho": rho, "n": n, "draws": draws_of(n, draws)}
            for name, tally in found.items():
                row |= {name: tally.share, f"{name}, intervals": tally.made}
            few = draws_of(n, draws) // 2
            if n <= 10_000:
                row |= {f"untold, {kind}": equals(design, few, kind) for kind in ("halves", "0.0", "0.5", "1.0")}
            rows.append(row)
            print(_line(row), flush=True)
    return pd.DataFrame(rows)


def _line(row: dict[str, float]) -> str:
    def percent(name: str) -> str:
        value = row.get(name, np.nan)
        return "     -" if np.isnan(value) else f"{100 * value:5.1f}%"

    equal = " ".join(percent(f"untold, {kind}") for kind in ("halves", "0.0", "0.5", "1.0"))
    return f"{row['rho']:4.2f} {row['n']:>8,.0f} | {percent('with evidence')} {percent('rarer')} | {equal}"


def picture(rows: pd.DataFrame, path: Path) -> None:
    """Coverage against the number of conversations, a line a rho, and the band of the target."""
    import altair as alt

    from economic_index.publish.figures import theme

    drawn = rows.melt(["rho", "n"], ["with evidence", "rarer"], "cells", "coverage").dropna()
    band = alt.Chart(pd.DataFrame({"lo": [0.93], "hi": [0.97]})).mark_rect(color=theme.HAIRLINE, opacity=0.6)
    x = alt.X("n:Q", scale=alt.Scale(type="log"), axis=alt.Axis(format="~s", title="Conversations", grid=False))
    scale = alt.Scale(domain=[0.75, 1.0], zero=False, clamp=True)
    y = alt.Y("coverage:Q", scale=scale, axis=alt.Axis(format="%", title=None))
    lines = alt.Chart(drawn).encode(x=x, y=y, color=alt.Color("rho:N", scale=alt.Scale(range=list(theme.SERIES)),
                                    legend=alt.Legend(title="likeness within a person")))  # fmt: skip
    dashes = alt.StrokeDash("cells:N", legend=alt.Legend(title=None))
    layers = [
        band.encode(y=alt.Y("lo:Q", scale=scale), y2="hi:Q"),
        lines.mark_line().encode(strokeDash=dashes),
        lines.mark_point(size=24),
    ]
    key = ("Share of 95% intervals that hold the truth.", "Grey: the target, 93 to 97%.")
    chart = theme.themed(alt.layer(*layers), "Coverage of 95% intervals by number of conversations.", key, 340)
    path.write_text(theme.to_svg(chart), encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the draws, up to 1,000 conversations")
    parser.add_argument("--without-dbt", action="store_true")
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    print(" rho        n | evidence rarer | no difference told: halves, weeks sharing 0, 50, 100 % of people")
    rows = run(200, SIZES[:5]) if given.quick else run(DRAWS, SIZES)
    if given.picture:
        picture(rows, given.picture)
    if not given.without_dbt:
        with tempfile.TemporaryDirectory() as home:
            print(through_dbt(Path(home), Design(300, 0.2), 40 if given.quick else 200, SEED))


if __name__ == "__main__":
    main()
