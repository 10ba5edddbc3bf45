"""Write seeds/t_quantiles.csv: Student's t at 0.975 on an even grid of 1/df, for linear interpolation.

Usage: python dbt_project/scripts/make_t_quantiles.py
"""

from pathlib import Path

from scipy import stats

STEPS = 1000


def main() -> None:
    """One row per step of 1/df from 0 (normal) to 1 (one degree of freedom), and one beyond."""
    rows = ["step,t_quantile"]
    for step in range(STEPS + 2):
        value = stats.norm.ppf(0.975) if step == 0 else stats.t.ppf(0.975, STEPS / step)
        rows.append(f"{step},{value:.9f}")
    target = Path(__file__).parents[1] / "seeds" / "t_quantiles.csv"
    target.write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
