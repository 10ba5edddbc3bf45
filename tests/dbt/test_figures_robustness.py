"""Headlines counted in other ways are computed again from the conversations (method 6)."""

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import GRID, T_AT_GRID
from figures_by_hand import cells_of, clusters


def conversations_of(built: Built, measure: str, cell: str) -> pd.DataFrame:
    """One row per conversation: cluster, y, d, u, turns."""
    rows = clusters(built.world)
    cells = cells_of(built.world, measure)
    part = cells.assign(
        y=cells["weight"] * (cells["cell"] == cell),
        d=cells["weight"] * ~cells["cell"].str.startswith("_"),
        u=cells["weight"] * cells["cell"].isin(["_unclassified", "_failed"]),
    )
    sums = part.groupby("conversation_id")[["y", "d", "u"]].sum()
    return rows.merge(sums, left_on="conversation_id", right_index=True)


@pytest.mark.parametrize("measure", ["automation", "is_occupational", "soc_group"])
def test_each_way_of_counting(built: Built, measure: str) -> None:
    found = built.query(f"select * from marts.mart_robustness where measure = '{measure}'").set_index("variant")
    rows = conversations_of(built, measure, found["cell"].iloc[0])
    users = rows.groupby("cluster")[["y", "d", "u"]].sum()
    answered = users[users["d"] > 0]
    share = rows["y"].sum() / rows["d"].sum()
    shares = answered["y"] / answered["d"]
    known = answered[answered.index.str.startswith("u")]
    influence = ((known["y"] - share * known["d"]).abs() / (rows["d"].sum() - known["d"])).max()
    chats = rows[rows["surface"] == "chat"]
    expected = {
        "as printed": share,
        "each user once": shares.mean(),
        "chats alone": chats["y"].sum() / chats["d"].sum(),
        "each text once": share,  # no two texts of this world are the same
        "none of the unclassified": rows["y"].sum() / (rows["d"].sum() + rows["u"].sum()),
        "all of the unclassified": (rows["y"].sum() + rows["u"].sum()) / (rows["d"].sum() + rows["u"].sum()),
        "most that one user moves it": influence,
    }
    for variant, value in expected.items():
        assert found.loc[variant, "value"] == pytest.approx(value, rel=1e-9), variant
    half = np.interp(1 / (len(shares) - 1), GRID, T_AT_GRID) * shares.std() / np.sqrt(len(shares))
    ends = found.loc["each user once", ["value_lo", "value_hi"]].to_numpy(float)
    np.testing.assert_allclose(ends, [shares.mean() - half, shares.mean() + half], rtol=1e-9)
    assert np.isnan(found.loc["share of the top hundredth of users", "value"])  # two people: fewer than may be shown


def test_weeks_that_vary_are_a_second_cluster(built: Built) -> None:
    found = built.query("select * from intermediate.int_headline_errors_of_weeks_computed").set_index("measure")
    shown = built.query("select * from marts.mart_robustness where variant = 'as printed, weeks vary too'")
    assert set(found.index) == set(shown["measure"]) == {"automation", "is_occupational", "soc_group"}
    for measure, cell in zip(shown["measure"], shown["cell"], strict=True):
        rows = conversations_of(built, measure, cell)
        rows = rows[rows["d"] > 0].assign(week=lambda frame: frame["week_start"].astype(str))
        p, total = rows["y"].sum() / rows["d"].sum(), rows["d"].sum()
        variances = []
        for units in (["cluster"], ["week"], ["cluster", "week"]):
            sums = rows.groupby(units)[["y", "d"]].sum()
            variances.append(((sums["y"] - p * sums["d"]) ** 2 / (1 - sums["d"] / total)).sum() / total**2)
        users, weeks, both = variances
        assert found.loc[measure, "variance"] == pytest.approx(max(users, weeks, users + weeks - both), rel=1e-9)
        assert found.loc[measure, "week_count"] == rows["week"].nunique() < 8
    assert shown["value"].isna().all()  # five weeks say nothing of how weeks vary


def test_what_is_printed_is_the_headline(built: Built) -> None:
    printed = built.query("select measure, value from marts.mart_robustness where variant = 'as printed'")
    headline = built.query(
        "select * from marts.mart_headlines where period_type = 'all' and segment_type = 'all'"
    ).iloc[0]
    names = {"automation": "automation", "is_occupational": "occupational", "soc_group": "largest_soc_group"}
    for measure, value in zip(printed["measure"], printed["value"], strict=True):
        assert value == pytest.approx(headline[f"{names[measure]}_share"], rel=1e-9)
