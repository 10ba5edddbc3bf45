"""Ranks and the ranges that simultaneous intervals allow are computed again (method 5.8)."""

import numpy as np
import pytest
from built_home import Built
from by_hand import shares
from figures_by_hand import cells_of, clusters
from scipy import stats


def t_of_ranks(df: float, cells: int) -> float:
    """t at 1 - 0.025 / K, linear between two-hundredths of 1/df as the seed is."""
    grid = np.arange(202) / 200
    level = 1 - 0.025 / cells
    at_grid = [stats.norm.ppf(level), *stats.t.ppf(level, 200 / np.arange(1, 202))]
    return float(np.interp(1 / df, grid, at_grid))


def test_ranges_of_ranks_over_all_weeks(built: Built) -> None:
    found = built.query(
        "select * from marts.mart_ranks where period_type = 'all' and segment_type = 'all' order by place"
    ).set_index("cell")
    every = shares(cells_of(built.world, "soc_group"), clusters(built.world), "of_classified")
    ours = {cell: every[cell] for cell in found.index}
    t = t_of_ranks(next(iter(ours.values())).df, len(ours))
    ends = {}
    for cell, one in ours.items():
        centre = (one.share + t**2 / (2 * one.n_eff)) / (1 + t**2 / one.n_eff)
        spread = np.sqrt(one.share * (1 - one.share) / one.n_eff + t**2 / (4 * one.n_eff**2))
        half = t / (1 + t**2 / one.n_eff) * spread
        ends[cell] = (centre - half, centre + half)
    for cell, (lo, hi) in ends.items():
        row = found.loc[cell]
        assert row["cell_count"] == len(ours)
        assert row["place_lo"] == 1 + sum(other[0] > hi for other in ends.values())
        assert row["place_hi"] == len(ours) - sum(other[1] < lo for other in ends.values())
        assert row["place_lo"] <= row["place"] <= row["place_hi"]
    assert found["place_lo"].iloc[0] == 1


def test_the_seed_is_students_t(built: Built) -> None:
    seed = built.query("select * from intermediate.t_quantiles_of_ranks where cell_count = 22 and step in (0, 20, 200)")
    level = 1 - 0.025 / 22
    expected = [stats.norm.ppf(level), stats.t.ppf(level, 10), stats.t.ppf(level, 1)]
    assert seed.sort_values("step")["t_quantile"].tolist() == pytest.approx(expected, rel=1e-8)
