"""Write the seeds of Student's t on even grids of 1/df, for linear interpolation: t_quantiles.csv at 0.975, and
t_quantiles_of_ranks.csv at 1 - 0.025 / K for tables of K ranked cells.

Usage: python dbt_project/scripts/make_t_quantiles.py
"""

from pathlib import Path

from scipy import stats

STEPS = 1000
RANK_STEPS, MOST_CELLS = 200, 30  # 22 groups and a hidden one are ranked at most


def quantile(share: float, step: int, steps: int) -> float:
    """t at `share`, of steps / step degrees of freedom; step 0 is the normal distribution."""
    return float(stats.norm.ppf(share) if step == 0 else stats.t.ppf(share, steps / step))


def main() -> None:
    """One row per step of 1/df from 0 (normal) to 1 (one degree of freedom), and one beyond."""
    rows = [f"{step},{quantile(0.975, step, STEPS):.9f}" for step in range(STEPS + 2)]
    ranks = [
        f"{cells},{step},{quantile(1 - 0.025 / cells, step, RANK_STEPS):.9f}"
        for cells in range(1, MOST_CELLS + 1)
        for step in range(RANK_STEPS + 2)
    ]
    for name, header, lines in (
        ("t_quantiles", "step,t_quantile", rows),
        ("t_quantiles_of_ranks", "cell_count,step,t_quantile", ranks),
    ):
        target = Path(__file__).parents[1] / "seeds" / f"{name}.csv"
        target.write_text("\n".join([header, *lines]) + "\n")


if __name__ == "__main__":
    main()
