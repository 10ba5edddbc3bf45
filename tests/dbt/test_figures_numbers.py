"""Medians, means and geometric means are computed again, user by user (method 5.2)."""

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import GRID, T_AT_GRID, pooled_design_effect
from figures_by_hand import clusters

COLUMNS = {"ai_autonomy": "ai_autonomy", "human_only_time": "human_only_time_hours"}


def answers(built: Built, facet: str) -> pd.DataFrame:
    """Cluster, weight and number of each conversation that has one."""
    facets = built.world.facets
    told = facets[facets[f"{facet}_state"] == "answered"][["conversation_id", COLUMNS[facet]]]
    rows = clusters(built.world).merge(told, on="conversation_id")
    return rows.rename(columns={COLUMNS[facet]: "number"})[["cluster", "weight", "number"]].astype({"number": float})


def t_of(h: np.ndarray) -> float:
    df = max(1.0, 1 / ((h**2).sum() + (h**2 / (1 - h)).sum() ** 2 - (h**4 / (1 - h) ** 2).sum()))
    return float(np.interp(1 / df, GRID, T_AT_GRID))


def mean_by_hand(rows: pd.DataFrame, t: float) -> tuple[float, float, float]:
    """Weighted mean and its ends; leverage of the rows' own weights."""
    rows = rows.assign(product=rows["weight"] * rows["number"])
    users = rows.groupby("cluster")[["weight", "product"]].sum()
    d, y = users["weight"].to_numpy(), users["product"].to_numpy()
    mean, h = y.sum() / d.sum(), d / d.sum()
    half = t * np.sqrt(((y - mean * d) ** 2 / (1 - h)).sum()) / d.sum()
    return mean, mean - half, mean + half


def quantile(rows: pd.DataFrame, share: float) -> float:
    ordered = rows.groupby("number")["weight"].sum().cumsum() / rows["weight"].sum()
    reached = ordered.index[ordered.round(12) >= share]
    return float(reached.min() if len(reached) else ordered.index.max())


def median_by_hand(rows: pd.DataFrame, t: float) -> tuple[float, float, float]:
    """Woodruff's interval: the numbers at the ends of the interval of the share at or below the median."""
    median = quantile(rows, 0.5)
    below = rows.assign(y=rows["weight"] * (rows["number"] <= median)).groupby("cluster")[["weight", "y"]].sum()
    d, y = below["weight"].to_numpy(), below["y"].to_numpy()
    p, h = y.sum() / d.sum(), d / d.sum()
    kish = rows["weight"].sum() ** 2 / (rows["weight"] ** 2).sum()
    scale = kish / d.sum()
    deff = pooled_design_effect(np.array([y, d - y]) * scale, d * scale, kish)
    variance = max(((y - p * d) ** 2 / (1 - h)).sum() / d.sum() ** 2, deff * p * (1 - p) / kish)
    half = t * np.sqrt(variance)
    return median, quantile(rows, max(0.0, 0.5 - half)), quantile(rows, 0.5 + half)


@pytest.mark.parametrize("facet", sorted(COLUMNS))
def test_numbers_over_all_weeks(built: Built, facet: str) -> None:
    rows = answers(built, facet)
    d = rows.groupby("cluster")["weight"].sum().to_numpy()
    t = t_of(d / d.sum())
    positive = rows[rows["number"] > 0]
    logarithms = positive.assign(number=np.log(positive["number"]))
    expected = {
        "median": median_by_hand(rows, t),
        "mean": mean_by_hand(rows, t),
        "geometric mean": tuple(np.exp(mean_by_hand(logarithms, t))),
    }
    found = built.query(f"""
        select * from marts.mart_numbers
        where facet = '{facet}' and period_type = 'all' and segment_type = 'all'
    """).set_index("statistic")
    assert set(found.index) == set(expected)
    for statistic, numbers in expected.items():
        row = found.loc[statistic, ["value", "value_lo", "value_hi"]].to_numpy(float)
        np.testing.assert_allclose(row, numbers, rtol=1e-9, err_msg=statistic)
    assert (found["n_conversations"] == len(rows)).all()
    assert found.loc["mean", "n_eff"] < len(rows)


def test_below_the_floor_there_is_no_number(built: Built) -> None:
    rows = built.query("select * from marts.mart_numbers")
    shown = rows[rows["value"].notna()]
    assert shown["n_conversations"].min() >= 15
    assert shown["n_users"].min() >= 5
    assert not shown["is_suppressed"].any()
    assert set(shown["period_type"]) == {"week", "month", "quarter", "all"}
